/** The backup, and that no row of it is lost: after the cut-over, and after a restore. */
import { z } from 'zod';
import { holds, type Phase, type PlanInput } from '../../../contract/index.ts';
import { env, REPOSITORY, script } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

const AFTER: Phase[] = ['post-cutover', 'watch', 'rollback'];

/**
 * Rows that were there when the backup was made; whatever was written since does not count. Where nobody says when that
 * was, PostgreSQL refuses this text as a moment, and the answer is unknown: every new row would be a difference.
 */
const backupAt = env('ILS_BACKUP_AT', 'ILS_BACKUP_AT is not set');
const then = `created_at <= timestamptz '${backupAt.replaceAll("'", "''")}'`;

const table = (name: string, title: string) => ({
  id: `${name}-are-kept`,
  title,
  phases: AFTER,
  old: name,
  new: { table: name, where: then },
  compare: 'rows' as const,
  owner: 'backend',
});

export const tables: NonNullable<PlanInput['data']>['tables'] = [
  table('users', 'Every user of the backup is there, unchanged'),
  table('patients', 'Every patient of the backup is there, unchanged'),
  table('orders', 'Every order of the backup is there, unchanged'),
];

const Backup = z.object({
  /** When it was made. */
  at: z.iso.datetime({ offset: true }),
  bytes: z.number(),
  /** Rows of a restore into a scratch database, and how long it took. */
  restored: z.object({ users: z.number(), patients: z.number(), orders: z.number() }),
  restoreSeconds: z.number(),
});

export const backup: Probes = [
  {
    kind: 'command',
    id: 'backup-is-fresh-and-restorable',
    title: 'A backup of today is stored, and was restored into a scratch database',
    phases: ['preflight', 'watch'],
    program: script('backup/verify-backup.sh'),
    cwd: REPOSITORY,
    budgetMs: 600_000,
    schema: Backup,
    expect: ({ body }) => {
      const { at, bytes, restored, restoreSeconds } = Backup.parse(body);
      const hours = (Date.now() - Date.parse(at)) / 3_600_000;
      return [
        holds('age of the backup', hours < 24, `${hours.toFixed(1)} h`, 'less than 24 h'),
        holds('size of the backup', bytes > 1000, bytes, 'more than 1000 bytes'),
        ...Object.entries(restored).map(([name, rows]) =>
          holds(`restored ${name}`, rows > 0, rows, 'at least one'),
        ),
        holds('time of the restore', restoreSeconds < 1800, `${restoreSeconds} s`, 'less than 30 minutes'),
      ];
    },
    owner: 'devops',
  },
];
