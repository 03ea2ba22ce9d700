/** Gates before the cut-over that are about data: policies, migrations, the back-up and its restore. */
import { secret, type PlanInput } from '../../../contract/index.ts';
import { BACKUPS, env, REPOSITORY, script } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

/** Who looks: in the database as this role and these claims, through the API with this token. */
const viewer = (name: string, claims: string, authorization: string) => ({
  name,
  role: 'authenticated',
  settings: { 'request.jwt.claims': claims },
  headers: { authorization: secret(authorization) },
});

export const gates: Probes = [
  {
    kind: 'rls',
    id: 'policies-match-guards',
    title: 'Each role sees the same orders, payments and profiles in the database as through the API',
    phases: ['preflight', 'post-cutover', 'synthetic'],
    every: '1h',
    roles: [
      viewer('customer', env('SAMIA_CUSTOMER_CLAIMS', '{"sub":"1"}'), 'SAMIA_CUSTOMER_AUTHORIZATION'),
      viewer('other customer', env('SAMIA_OTHER_CLAIMS', '{"sub":"2"}'), 'SAMIA_OTHER_AUTHORIZATION'),
      viewer(
        'administrator',
        env('SAMIA_ADMIN_CLAIMS', '{"sub":"3","role":"admin"}'),
        'SAMIA_ADMIN_AUTHORIZATION',
      ),
    ],
    endpoints: [
      { path: '/api/orders?limit=1000', list: 'orders', sql: 'select id from orders' },
      { path: '/api/payments?limit=1000', list: 'payments', sql: 'select id from payments' },
      { path: '/api/profiles?limit=1000', list: 'profiles', sql: 'select id from profiles' },
    ],
    owner: 'security lead',
  },
  {
    kind: 'command',
    id: 'migrations-are-clean-and-idempotent',
    title: 'A dry run of all migrations on a clone of production has no errors, also when each is run twice',
    phases: ['preflight'],
    program: 'python3',
    args: ['migrate.py', 'up', '--dry-run', '--verbose'],
    env: { DATABASE_URL: secret('SAMIA_CLONE_DATABASE_URL') },
    cwd: REPOSITORY,
    budgetMs: 600_000,
    unknownWhen: 'connection to server',
    contains: ['All migrations idempotent, no errors'],
    owner: 'database owner',
  },
  {
    kind: 'backup',
    id: 'backup-is-fresh',
    title: 'The back-up of production is less than two hours old, and holds something',
    phases: ['preflight'],
    source: { adapter: 'files', folder: BACKUPS, names: '^pre_cutover_backup_.*\\.sql$' },
    atMost: '2h',
    size: { atLeast: Number(env('SAMIA_BACKUP_BYTES', '1000000')) },
    owner: 'database owner',
  },
  {
    kind: 'restore',
    id: 'backup-can-be-restored',
    title: 'The back-up can be restored within half an hour, and nothing is missing',
    phases: ['preflight'],
    program: script('restore-drill.sh'),
    args: [BACKUPS],
    env: { SCRATCH_DATABASE_URL: secret('SAMIA_SCRATCH_DATABASE_URL') },
    budgetMs: 3_600_000,
    scratch: 'scratch',
    // Drills are repeated: pg_restore --clean replaces what the last one left.
    scratchMayHoldTables: true,
    from: 'production',
    // Customers go on ordering: what came after the back-up may be missing.
    tables: [
      { table: 'public.profiles', differsAtMost: 100 },
      { table: 'public.orders', differsAtMost: 100 },
      { table: 'public.payments', differsAtMost: 100 },
    ],
    rtoAtMost: '30m',
    rpo: { sql: 'select max(created_at) as newest from orders', atMost: '2h' },
    owner: 'database owner',
  },
];
