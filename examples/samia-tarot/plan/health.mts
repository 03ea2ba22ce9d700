/** What the application says of itself, of its database, and of its providers. */
import { z } from 'zod';
import type { Phase, PlanInput } from '../../../contract/index.ts';

type Probes = NonNullable<PlanInput['probes']>;

const LIVE: Phase[] = ['cutover', 'post-cutover', 'synthetic', 'watch'];

const healthOf = (environment: string) =>
  z.object({
    status: z.literal('healthy'),
    version: z.string(),
    commit: z.string(),
    environment: z.literal(environment),
  });

/** Providers behind a circuit breaker, in the words of the document. */
export const PROVIDERS = ['stripe', 'square', 'twilio', 'fcm', 'apns'] as const;

export const health: Probes = [
  {
    kind: 'health',
    id: 'staging-is-healthy',
    title: 'Staging says that it is healthy, and its services answer',
    phases: ['preflight'],
    path: '/health',
    schema: healthOf('staging'),
    witnesses: [{ path: '/api/services' }],
    owner: 'engineering lead',
  },
  {
    kind: 'health',
    id: 'application-is-healthy',
    title: 'Production says that it is healthy, and its services answer',
    phases: LIVE,
    path: '/health',
    schema: healthOf('production'),
    witnesses: [{ path: '/api/services' }],
    owner: 'on-call engineer',
  },
  {
    kind: 'endpoints',
    id: 'database-is-healthy',
    title: 'The application reaches its database',
    phases: ['preflight', ...LIVE],
    paths: ['/api/health/database'],
    schema: z.object({ status: z.literal('healthy') }),
    owner: 'database owner',
  },
  {
    kind: 'endpoints',
    id: 'providers-are-healthy',
    title: 'Every provider is healthy: Stripe, Square, Twilio, FCM, APNs',
    phases: ['preflight', ...LIVE],
    paths: ['/api/health/providers'],
    schema: z.object({
      status: z.literal('healthy'),
      providers: z.object({
        stripe: z.literal('healthy'),
        square: z.literal('healthy'),
        twilio: z.literal('healthy'),
        fcm: z.literal('healthy'),
        apns: z.literal('healthy'),
      }),
    }),
    owner: 'on-call engineer',
  },
];
