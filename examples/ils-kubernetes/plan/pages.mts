/** Health, pages and documents of the application itself. */
import { z } from 'zod';
import type { Phase, PlanInput } from '../../../contract/index.ts';

type Probes = NonNullable<PlanInput['probes']>;

const LIVE: Phase[] = ['post-cutover', 'watch', 'rollback', 'synthetic'];

const healthOf = (environment: string) =>
  z.object({
    status: z.literal('healthy'),
    version: z.string(),
    commit: z.string(),
    environment: z.literal(environment),
    services: z.object({ database: z.literal('ok'), cache: z.literal('ok'), laboratory: z.literal('ok') }),
  });

export const pages: Probes = [
  {
    kind: 'health',
    id: 'staging-is-healthy',
    title: 'Staging says that it is healthy, with database, Redis and laboratory, and it is',
    phases: ['preflight'],
    path: '/health',
    schema: healthOf('staging'),
    witnesses: [{ path: '/api/catalogue' }],
    owner: 'devops',
  },
  {
    kind: 'health',
    id: 'production-is-healthy',
    title: 'Production says that it is healthy, with database, Redis and laboratory, and it is',
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
    kind: 'endpoints',
    id: 'feature-flags-are-as-planned',
    title: 'The feature flags are as the release wants them',
    phases: ['preflight', 'post-cutover'],
    paths: ['/api/flags'],
    schema: z.object({ newReports: z.literal(true), legacyImport: z.literal(false) }),
    owner: 'product',
  },
];
