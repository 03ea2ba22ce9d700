/** Scripts and suites of the repository, and its release. */
import { z } from 'zod';
import { equal, type PlanInput } from '../../../contract/index.ts';
import { env, RELEASE, REPOSITORY, script } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

const VERIFY = script('production-readiness/verify-deployment.sh');
const here = { kind: 'command', cwd: REPOSITORY, budgetMs: 300_000 } as const;

export const repository: Probes = [
  {
    ...here,
    id: 'readiness-check-passes',
    title: 'npm run production:check passes',
    phases: ['preflight'],
    program: 'npm',
    args: ['run', '--silent', 'production:check'],
    owner: 'devops',
  },
  {
    ...here,
    id: 'integration-tests-pass',
    title: 'The integration tests pass',
    phases: ['preflight'],
    program: 'npm',
    args: ['run', '--silent', 'test:integration'],
    report: { format: 'ctrf', file: 'test-results/integration.ctrf.json', atLeast: 3 },
    owner: 'quality team',
  },
  {
    ...here,
    id: 'migrations-are-applied-on-staging',
    title: 'Every migration is applied on staging, and a dry run finds nothing to do',
    phases: ['preflight'],
    program: 'npm',
    args: ['run', '--silent', 'db:status'],
    schema: z.object({ pending: z.array(z.string()), applied: z.number() }),
    expect: ({ body }) => [equal('pending migrations', String((body as { pending: string[] }).pending), '')],
    owner: 'backend',
  },
  {
    ...here,
    id: 'release-is-tagged',
    title: 'The release is tagged',
    phases: ['preflight'],
    program: 'git',
    args: ['rev-parse', '--verify', '--quiet', `refs/tags/${RELEASE}`],
    matches: '^[0-9a-f]{40}',
    owner: 'release manager',
  },
  {
    ...here,
    id: 'code-is-frozen',
    title: 'Nothing was merged after the tag: the code is frozen',
    phases: ['preflight'],
    program: 'git',
    args: ['rev-list', '--count', `refs/tags/${RELEASE}..${env('ILS_BRANCH', 'origin/main')}`],
    matches: '^0$',
    owner: 'release manager',
  },
  {
    ...here,
    id: 'staging-verifies',
    title: 'verify-deployment.sh passes on staging',
    phases: ['preflight'],
    program: VERIFY,
    args: ['production', env('ILS_URL', 'https://staging.ils.example.com')],
    owner: 'devops',
  },
  {
    ...here,
    id: 'deployment-verifies',
    title: 'verify-deployment.sh passes on production',
    phases: ['post-cutover', 'rollback'],
    program: VERIFY,
    args: ['production', env('ILS_URL', 'https://ils.example.com')],
    owner: 'devops',
  },
  {
    ...here,
    id: 'smoke-script-passes',
    title: 'smoke-tests.sh passes on production',
    phases: ['post-cutover'],
    program: script('production-readiness/smoke-tests.sh'),
    args: [env('ILS_URL', 'https://ils.example.com')],
    owner: 'quality team',
  },
];
