import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { command, commandProblems } from '../command.ts';
import { Duration } from '../duration.ts';
import { databaseProblems, DatabaseName, SqlText } from '../sql-database.ts';
import { probeKind, probeSchema } from './probe-kind.ts';

const Restored = z.strictObject({
  /** The table, with its schema where it has one: `public.orders`. */
  table: z.string().min(1),
  /** By how many rows it may differ from the table of `from`, which goes on living. */
  differsAtMost: z.number().int().nonnegative().default(0),
  /** So many rows must be there, whatever `from` has. */
  atLeast: z.number().int().nonnegative().default(1),
});

/**
 * A restore drill: the plan's own command restores the back-up into a database that exists for this alone. Whatever else
 * the plan names as a database is refused, and so is one that holds tables.
 */
export const restore = probeKind({
  schema: probeSchema('restore', {
    ...command,
    /** Until the program has ended. When it is over, the program and all that it started are ended. */
    budgetMs: z.number().int().positive().max(3_600_000).default(600_000),
    /** Exit codes that mean that it restored. */
    exitCodes: z.array(z.number().int().min(0).max(255)).min(1).default([0]),
    /** The database that it restores into: a name in `target.databases`. It must be none that the plan names otherwise. */
    scratch: z.string().min(1),
    /** The scratch database may hold tables of an earlier drill, which the program replaces. */
    scratchMayHoldTables: z.boolean().default(false),
    /** The database that was backed up, for comparison: a name in `target.databases`, or `records`, or `old.records`. */
    from: DatabaseName.default('records'),
    /** What must be there afterwards. */
    tables: z.array(Restored).min(1),
    /** How long the restore may take (RTO): `30m`. */
    rtoAtMost: Duration.optional(),
    /** How much of the newest may be missing (RPO). */
    rpo: z
      .strictObject({
        /** One row with the column `newest`, asked of both databases: `select max(created_at) as newest from orders`. */
        sql: SqlText,
        /** By how much the newest row may be older than that of `from`: `2h`. */
        atMost: Duration,
      })
      .optional(),
  }),
  project: 'suites',
  shows: 'The back-up could be restored in time, and what was restored has the rows that it must have.',
  fails:
    'The program that restores ends with an error, a table is missing or differs by more rows than allowed, it took longer than the RTO, or more is lost than the RPO.',
  unknown:
    'The scratch database is one that the plan names otherwise, holds tables, or cannot be told from others; the program cannot be run or cannot reach what it needs; or a database cannot be asked.',
  example: {
    kind: 'restore',
    id: 'backup-can-be-restored',
    title: 'The back-up of production can be restored within half an hour',
    phases: ['preflight'],
    program: './scripts/restore-latest.sh',
    env: { SCRATCH_URL: { secret: 'SCRATCH_DATABASE_URL' } },
    scratch: 'scratch',
    tables: [{ table: 'public.orders', differsAtMost: 500 }],
    rtoAtMost: '30m',
    rpo: { sql: 'select max(created_at) as newest from orders', atMost: '2h' },
  },
  problems: ({ scratch, from, ...rest }, plan, path): readonly Problem[] => [
    ...commandProblems(plan, rest, path),
    ...databaseProblems(plan, scratch, `${path}.scratch`),
    ...databaseProblems(plan, from, `${path}.from`),
    ...(scratch === from || scratch === 'records' || scratch === 'old.records'
      ? [
          {
            path: `${path}.scratch`,
            value: JSON.stringify(scratch),
            problem: 'is a database of the target: what is restored would go into it',
            remedy:
              "name one that exists for the drill alone, in target.databases: { scratch: secret('SCRATCH_URL') }",
          },
        ]
      : []),
  ],
});
