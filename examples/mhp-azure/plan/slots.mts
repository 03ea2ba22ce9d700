/** What each slot must answer. The endpoints are listed once, and asked in every phase. */
import { z } from 'zod';
import type { PlanInput } from '../../../contract/index.ts';
import { env } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

/** Every function that answers GET. Add yours. */
const ENDPOINTS = [
  '/api/health',
  '/api/guidelines',
  '/api/compliance/summary',
  '/api/analytics/usage',
  '/api/checks',
];

/** As the functions tell their health; `environment` is WEBSITE_SLOT_NAME. */
const healthOf = (slot: string) =>
  z.object({
    status: z.literal('healthy'),
    version: z.string(),
    commit: z.string(),
    environment: z.literal(slot),
    services: z.record(z.string(), z.literal('ok')),
  });

export const slotChecks: Probes = [
  {
    kind: 'health',
    id: 'staging-slot-is-healthy',
    title: 'The staging slot says that it is well, and it is',
    phases: ['preflight'],
    path: '/api/health',
    schema: healthOf('staging'),
    witnesses: [{ path: '/api/guidelines' }],
    owner: 'platform team',
  },
  {
    kind: 'health',
    id: 'production-slot-is-healthy',
    title: 'Production says that it is well, and it is',
    phases: ['cutover', 'post-cutover', 'watch', 'rollback', 'synthetic'],
    path: '/api/health',
    schema: healthOf('production'),
    witnesses: [{ path: '/api/guidelines' }],
    owner: 'platform team',
  },
  {
    kind: 'endpoints',
    id: 'endpoints-answer',
    title: 'Every endpoint answers with 200',
    phases: ['preflight', 'cutover', 'post-cutover', 'watch', 'rollback', 'synthetic'],
    paths: ENDPOINTS,
    owner: 'platform team',
  },
  {
    // The suite that the document calls; it must leave a report, or nobody knows whether a test ran.
    kind: 'command',
    id: 'staging-suite-passes',
    title: 'npm run test:e2e:staging passes',
    phases: ['preflight'],
    program: 'npm',
    args: ['run', '--silent', 'test:e2e:staging'],
    cwd: env('MHP_REPOSITORY', '.'),
    budgetMs: 300_000,
    report: { format: 'ctrf', file: 'test-results/staging.ctrf.json', atLeast: 3 },
    owner: 'quality team',
  },
];
