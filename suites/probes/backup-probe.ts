import { sqlBoolean, sqlMoment, sqlNumber } from '../../contract/ports/sql-rows.ts';
import { atLeast, holds, type Statement } from '../../contract/flow/statement.ts';
import { durationMs, spanWords } from '../../contract/plan/duration.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { patternOf } from '../../contract/plan/probes/expectation.ts';
import type { Target } from '../../contract/plan/target.ts';
import type { ListedBackup } from '../adapters/backup/listed-backup.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { Probed } from '../probe-finding.ts';
import { listBackups } from '../state/list-backups.ts';
import { columnOf, withDatabase } from '../state/read-rows.ts';
import { type CommandSurroundings, surroundingsOf } from './command-probe.ts';
import type { ProbeLook } from './probe-look.ts';

type BackupProbe = Extract<Probe, { kind: 'backup' }>;

export const backupLook: ProbeLook<BackupProbe> = {
  mostAnswers: () => 4,
  look: (probe, _tools, { plan }) => probeBackup(probe, plan.target, surroundingsOf(plan)),
};

/** Clocks that are kept differ by seconds; a back-up of later than that is dated by another clock. */
const AHEAD_MS = 5 * 60_000;

/** Judges the newest back-up, and those before it. @throws CannotTell */
export async function probeBackup(
  probe: BackupProbe,
  target: Target,
  surroundings: CommandSurroundings,
  now = Date.now(),
): Promise<Probed> {
  const { source } = probe;
  if (source.adapter === 'archiver') return probeArchiver(probe, source.database, target);
  const listed = await listBackups(source, probe.budgetMs, surroundings);
  const [newest, last] = listed;
  if (newest === undefined) throw new CannotTell('no-backups', 'there is none');
  const { place } = probe;
  const doubts = new Doubts();
  const asked = [
    await doubts.try(() => [ageStatement(now - newest.at, probe.atMost)]),
    await doubts.try(() => sizeStatements(probe, newest, last)),
    place === undefined
      ? []
      : [
          holds(
            'place of the newest back-up',
            patternOf(place).test(newest.place),
            newest.place,
            `matches ${place}`,
          ),
        ],
    keptStatements(probe, listed, now),
  ];
  const statements = asked.flatMap((one = []) => one);
  doubts.raise(statements);
  return {
    statements,
    holds: `the newest of ${listed.length} back-ups, ${newest.name}, is ${spanWords(now - newest.at)} old`,
    cause: 'backup',
    remedy: 'make a back-up now and look at why the last one did not run, before anything is moved',
    sampleSize: listed.length,
  };
}

/** @throws CannotTell for an age below nothing */
function ageStatement(ageMs: number, limit: string, name = 'age of the newest back-up'): Statement {
  if (ageMs < -AHEAD_MS) {
    throw new CannotTell('own-clock', `the newest back-up is of a moment in ${spanWords(-ageMs)} from now`, {
      remedy: 'set the clock of this machine, or of the one that makes back-ups',
    });
  }
  return holds(name, ageMs <= durationMs(limit), spanWords(Math.max(0, ageMs)), `<= ${limit}`);
}

/** @throws CannotTell where a size that is judged is not said, or there is none before it */
function sizeStatements(
  { size }: BackupProbe,
  newest: ListedBackup,
  last: ListedBackup | undefined,
): readonly Statement[] {
  if (size === undefined) return [];
  if (newest.size === undefined)
    throw new CannotTell('not-said', 'the listing does not say how large the newest back-up is', {
      remedy: 'let the program print `size`, in bytes',
    });
  const statements: Statement[] = [];
  if (size.atLeast !== undefined)
    statements.push(atLeast('size of the newest back-up', newest.size, size.atLeast, 'bytes'));
  if (size.ofLast === undefined) return statements;
  if (last?.size === undefined || last.size === 0) {
    throw new CannotTell(
      'nothing-before',
      'there is no back-up before the newest one whose size it could be held against',
      {
        remedy: 'drop size.ofLast until there are two, or let the listing say the size of both',
      },
    );
  }
  const share = (newest.size / last.size) * 100;
  return [
    ...statements,
    atLeast('size of the newest back-up against the last', Number(share.toFixed(1)), size.ofLast, '%'),
  ];
}

function keptStatements(
  { keeps }: BackupProbe,
  listed: readonly ListedBackup[],
  now: number,
): readonly Statement[] {
  const oldest = now - Math.min(...listed.map(({ at }) => at));
  const { atLeast: count, back, noneOlderThan } = keeps ?? {};
  return [
    ...(count === undefined ? [] : [atLeast('kept', listed.length, count, 'back-ups')]),
    ...(back === undefined
      ? []
      : [holds('oldest kept', oldest >= durationMs(back), spanWords(oldest), `>= ${back}`)]),
    ...(noneOlderThan === undefined
      ? []
      : [
          holds('oldest kept', oldest <= durationMs(noneOlderThan), spanWords(oldest), `<= ${noneOlderThan}`),
        ]),
  ];
}

/** Its counters begin when they are reset, so only its last success and its last failure say how it is. */
const ARCHIVER = `select current_setting('archive_mode') <> 'off' as runs, archived_count as archived, failed_count as failed,
  last_archived_time as archived_at, last_failed_time as failed_at, last_failed_wal as failed_on, now() as now,
  stats_reset as since, pg_is_in_recovery() as standby
  from pg_stat_archiver`;

async function probeArchiver(probe: BackupProbe, database: string, target: Target): Promise<Probed> {
  const { rows } = await withDatabase(target, database, probe.budgetMs, (sql) =>
    sql.read({ text: ARCHIVER }),
  );
  const row = rows[0] ?? {};
  const runs = columnOf(row, 'runs', sqlBoolean, 'truth value');
  const now = columnOf(row, 'now', sqlMoment, 'moment');
  const [archivedAt, failedAt] = [sqlMoment(row['archived_at']), sqlMoment(row['failed_at'])];
  const archived = columnOf(row, 'archived', sqlNumber, 'number');
  const failing = failedAt !== undefined && failedAt > (archivedAt ?? 0);
  const since = sqlMoment(row['since']);
  const fresh = since !== undefined && now - since < durationMs(probe.atMost);
  if (runs && !failing && archivedAt === undefined) {
    if (columnOf(row, 'standby', sqlBoolean, 'truth value'))
      throw new CannotTell('standby', 'the database is a standby, which archives nothing', {
        remedy: 'ask the primary',
      });
    // A crash or a command resets them, and what was archived before is not told any more.
    if (fresh)
      throw new CannotTell(
        'counters-reset',
        `the archiver has counted for ${spanWords(now - since)}, and nothing yet`,
        { remedy: 'look again once the next piece of the log is archived' },
      );
  }
  const statements = [
    holds('archiver', runs, runs ? 'on' : 'archive_mode is off', 'on'),
    holds('last try', !failing, failing ? `failed on ${row['failed_on']}` : 'archived', 'archived'),
    archivedAt === undefined
      ? holds('age of the newest archived log', false, 'nothing archived yet', `<= ${probe.atMost}`)
      : ageStatement(now - archivedAt, probe.atMost, 'age of the newest archived log'),
  ];
  return {
    statements,
    holds: `the archiver has archived ${archived} pieces of the log, the last one ${spanWords(now - (archivedAt ?? now))} ago`,
    cause: 'archiver',
    remedy:
      'look into the log of the server for the archive_command; a database in which nothing is written archives nothing unless archive_timeout is set',
  };
}
