import { z } from 'zod';
import { SecretString } from '../secret.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';

/** The webhook receiver refuses what it must refuse. Sends deliveries that change nothing when they are refused. */
export const webhook = probeKind({
  schema: probeSchema('webhook', {
    ...endpoint,
    /** Where deliveries are posted. */
    path: z.string().startsWith('/'),
    /** How deliveries are signed. */
    scheme: z.enum(['stripe', 'standard-webhooks']),
    /** The key of the signature: `secret('NAME')`. */
    secret: SecretString,
    ...headers,
    /** Which deliveries to send; `valid` is accepted and may change data. */
    deliveries: z
      .array(z.enum(['valid', 'wrong-secret', 'unsigned', 'stale', 'tampered']))
      .min(1)
      .default(['wrong-secret', 'unsigned', 'stale', 'tampered']),
    /** The body of the event; it must be harmless even if it is accepted. */
    payload: z.record(z.string(), z.unknown()),
  }),
  project: 'suites',
  shows: 'The receiver refuses forged, unsigned, stale and tampered deliveries with 400, 401, 403 or 422.',
  fails: 'It accepts one that it must refuse, refuses a valid one, crashes, or is not there.',
  unknown: 'Our own network is down, or the rate is limited for too long.',
  example: {
    kind: 'webhook',
    id: 'webhook-refuses-forgeries',
    title: 'Forged webhooks are refused',
    path: '/webhooks/stripe',
    scheme: 'stripe',
    secret: { secret: 'STRIPE_WEBHOOK_SECRET' },
    payload: { type: 'greenlight.probe' },
  },
});
