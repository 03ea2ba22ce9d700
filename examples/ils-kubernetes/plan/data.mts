/** The backup, its restore, and that no row of it is lost: after the cut-over, and after a roll-back. */
import { secret, type Phase, type PlanInput } from '../../../contract/index.ts';
import { env, REPOSITORY, script } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;
type Tables = NonNullable<NonNullable<PlanInput['data']>['tables']>;

const AFTER: Phase[] = ['post-cutover', 'watch', 'rollback'];

/**
 * Rows that were there when the backup was made; whatever was written since does not count. Where nobody says when that
 * was, PostgreSQL refuses this text as a moment, and the answer is unknown: every new row would be a difference.
 */
const backupAt = env('ILS_BACKUP_AT', 'ILS_BACKUP_AT is not set');
const then = `created_at <= timestamptz '${backupAt.replaceAll("'", "''")}'`;

/** @param changes columns that users go on changing after the backup, and why */
const kept = (name: string, title: string, changes: Readonly<Record<string, string>>): Tables[number] => ({
  id: `${name}-are-kept`,
  title,
  phases: AFTER,
  old: name,
  new: { table: name, where: then },
  compare: 'rows',
  exclude: { ...changes },
  owner: 'backend',
});

/** What the document asks after a restore: the counts of the three tables, against those of the backup. */
const counted = (name: string): Tables[number] => ({
  id: `${name}-are-as-many`,
  title: `After the roll-back there are as many ${name} as in the backup`,
  phases: ['rollback'],
  old: name,
  new: { table: name, where: then },
  owner: 'backend',
});

export const tables: Tables = [
  kept('users', 'No user of the backup is missing', { email: 'users change their address' }),
  kept('patients', 'No patient of the backup is missing', { name: 'names are corrected' }),
  kept('orders', 'No order of the backup is missing, and each is of its patient', {
    status: 'an order goes on after the backup',
  }),
  ...['users', 'patients', 'orders'].map(counted),
];

export const backup: Probes = [
  {
    kind: 'backup',
    id: 'backup-is-fresh',
    title: 'A backup of the last 24 hours is stored, not much smaller than the one before',
    phases: ['preflight', 'watch'],
    source: { adapter: 'command', program: script('backup/list-backups.sh'), cwd: REPOSITORY },
    atMost: '24h',
    size: { atLeast: 1000, ofLast: 80 },
    owner: 'devops',
  },
  {
    kind: 'restore',
    id: 'backup-can-be-restored',
    title: 'The newest backup can be restored into a scratch database, within the half hour of a roll-back',
    phases: ['preflight'],
    program: script('backup/restore-database.sh'),
    cwd: REPOSITORY,
    env: { RESTORE_INTO: secret('ILS_SCRATCH_DATABASE_URL') },
    budgetMs: 1_800_000,
    scratch: 'scratch',
    // restore-database.sh replaces what the drill before left there.
    scratchMayHoldTables: true,
    from: 'production',
    // Production lives on after the backup.
    tables: ['users', 'patients', 'orders'].map((table) => ({ table, differsAtMost: 500 })),
    rtoAtMost: '30m',
    rpo: { sql: 'select max(created_at) as newest from orders', atMost: '24h' },
    owner: 'devops',
  },
];
