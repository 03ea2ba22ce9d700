import { z } from 'zod';
import { secret, type PlanInput } from '../../contract/index.ts';
import { EVERY_FIVE_MINUTES } from './environment.ts';

export const probes: PlanInput['probes'] = [
  {
    id: 'health-is-truthful',
    title: 'What the health document claims is true',
    kind: 'health',
    phases: [...EVERY_FIVE_MINUTES],
    path: '/health',
    schema: z.object({
      // Mail and payments are judged by the flows that need them.
      status: z.enum(['ok', 'degraded']),
      version: z.string(),
      commit: z.string(),
      services: z.object({
        database: z.literal('ok'),
        cache: z.literal('ok'),
        mail: z.enum(['ok', 'down']),
        payments: z.enum(['ok', 'down']),
      }),
      latency_ms: z.number().nonnegative(),
    }),
    witnesses: [{ path: '/api/products/TEA-GREEN' }],
  },
  {
    id: 'pages-answer',
    title: 'Every public page answers',
    kind: 'endpoints',
    phases: [...EVERY_FIVE_MINUTES],
    paths: ['/', '/login', '/register', '/style.css'],
  },
  {
    id: 'forged-webhooks-refused',
    title: 'Forged, stale and unsigned webhooks are refused',
    kind: 'webhook',
    phases: [...EVERY_FIVE_MINUTES],
    path: '/webhooks/stripe',
    scheme: 'stripe',
    secret: secret('DEMO_WEBHOOK_SECRET'),
    deliveries: ['valid', 'wrong-secret', 'unsigned', 'stale', 'tampered'],
    // About an order that does not exist: even the valid delivery changes nothing.
    payload: {
      id: 'evt_greenlight_probe',
      object: 'event',
      type: 'payment_intent.succeeded',
      livemode: false,
      data: { object: { id: 'pi_greenlight_probe', object: 'payment_intent', metadata: { order: '0' } } },
    },
  },
  {
    id: 'catalogue-answers-as-before',
    title: 'The catalogue answers as it did on old',
    kind: 'parity',
    requests: [
      { path: '/api/products' },
      { path: '/api/products/TEA-GREEN' },
      { path: '/api/products/NOT-THERE', status: 404 },
    ],
  },
];
