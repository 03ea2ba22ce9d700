/** Health, pages and documents of the application itself. */
import { z } from 'zod';
import type { Phase, PlanInput } from '../../../contract/index.ts';

type Probes = NonNullable<PlanInput['probes']>;

const LIVE: Phase[] = ['post-cutover', 'watch', 'rollback', 'synthetic'];

/** The laboratory is another's: that it is away makes ILS degraded, and is no fault of the release. It is asked itself. */
const healthOf = (environment: string) =>
  z
    .object({
      status: z.enum(['healthy', 'degraded']),
      version: z.string(),
      commit: z.string(),
      environment: z.literal(environment),
      services: z.strictObject({
        database: z.literal('ok'),
        cache: z.literal('ok'),
        laboratory: z.enum(['ok', 'down']),
      }),
    })
    .refine(({ status, services }) => status === 'healthy' || services.laboratory === 'down', {
      message: 'must be healthy while the laboratory is there',
      path: ['status'],
    });

export const pages: Probes = [
  {
    kind: 'health',
    id: 'staging-is-healthy',
    title: 'Staging says that it is healthy, with database and Redis, and it is',
    phases: ['preflight'],
    path: '/health',
    schema: healthOf('staging'),
    witnesses: [{ path: '/api/catalogue' }],
    owner: 'devops',
  },
  {
    kind: 'health',
    id: 'production-is-healthy',
    title: 'Production says that it is healthy, with database and Redis, and it is',
    phases: LIVE,
    path: '/health',
    schema: healthOf('production'),
    witnesses: [{ path: '/api/catalogue' }],
    owner: 'devops',
  },
  {
    kind: 'endpoints',
    id: 'homepage-loads',
    title: 'The home page and the log-in page load',
    phases: ['preflight', ...LIVE],
    paths: ['/', '/login'],
    owner: 'frontend',
  },
  {
    kind: 'endpoints',
    id: 'api-answers',
    title: 'The API answers in its shape',
    phases: ['preflight', ...LIVE],
    paths: ['/api/catalogue'],
    schema: z.object({ tests: z.array(z.object({ code: z.string(), price: z.number() })).min(1) }),
    owner: 'backend',
  },
  {
    kind: 'endpoints',
    id: 'api-documentation-is-published',
    title: 'The documentation of the API is published',
    phases: ['preflight'],
    paths: ['/api/openapi.json'],
    schema: z.object({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
    owner: 'backend',
  },
  {
    kind: 'flags',
    id: 'feature-flags-are-as-planned',
    title: 'The feature flags are as the release wants them',
    phases: ['preflight', 'post-cutover'],
    source: { adapter: 'http', path: '/api/flags', enabled: '$' },
    flags: { newReports: { on: true }, legacyImport: { on: false } },
    owner: 'product',
  },
];
