import { z } from 'zod';
import { SecretString } from '../secret.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';

/** The webhook receiver refuses what it must refuse. Sends deliveries that change nothing when they are refused. */
export const webhook = probeKind({
  schema: probeSchema('webhook', {
    ...endpoint,
    path: z.string().startsWith('/').describe('where deliveries are posted'),
    scheme: z.enum(['stripe', 'standard-webhooks']).describe('how deliveries are signed'),
    secret: SecretString.describe("the key of the signature: `secret('NAME')`"),
    ...headers,
    deliveries: z
      .array(z.enum(['valid', 'wrong-secret', 'unsigned', 'stale', 'tampered']))
      .min(1)
      .default(['wrong-secret', 'unsigned', 'stale', 'tampered'])
      .describe('which deliveries to send; `valid` is accepted and may change data'),
    payload: z
      .record(z.string(), z.unknown())
      .describe('the body of the event; it must be harmless even if it is accepted'),
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
