import { Unavailable } from '../../contract/cannot-tell.ts';
import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { diffFromMysql, isMysqlAddress } from '../../data-checks/mysql/diff-from-mysql.ts';
import { type Diff, type DiffOptions, diffTables } from '../../data-checks/postgres/rows/diff-tables.ts';
import type { Mode } from '../../data-checks/postgres/rows/modes.ts';
import type { Segment } from '../../data-checks/postgres/rows/segment.ts';
import { readInventory } from '../../data-checks/suggest/inventory.ts';
import type { Screen } from '../../safety/screen.ts';
import { type CommandContext, commandOf, wholeNumber } from '../command-context.ts';
import { budget, segment, sinceMoment, tableNames } from '../data/diff-arguments.ts';
import { diffProgress } from '../data/diff-progress.ts';
import { exitCodeOfDiff } from '../data/exit-code-of-data.ts';
import { renderDiff } from '../data/render-diff.ts';
import { asShown, MOST_GUESSED_BY, type SuggestedPlan, suggestedAfterDiff } from '../data/suggest-diff.ts';
import { mustBeAddresses, protectAddresses, untilInterrupted } from '../data/two-databases.ts';

interface DataDiffOptions {
  readonly old: string;
  readonly new: string;
  readonly tables: readonly string[];
  readonly mode: Mode;
  readonly quick: boolean;
  readonly budget?: number;
  readonly direction: 'cut-over' | 'rollback';
  readonly watermark?: string;
  readonly since?: string | number;
  readonly segment?: Segment;
  readonly workers: number;
  readonly bits: '64' | '128';
  readonly json: boolean;
  readonly values: boolean;
  readonly allowEmpty: boolean;
  readonly allowAdded: boolean;
  readonly statementTimeout: number;
  readonly suggest: boolean;
}

/** `greenlight data diff` */
export function dataDiffCommand(context: CommandContext): Command {
  return commandOf(
    'diff',
    'Compare two databases row by row: PostgreSQL, or MariaDB or MySQL as the old one.',
    [
      'greenlight data diff --old postgres://old-host/shop --new postgres://new-host/shop',
      "greenlight data diff --old ... --new ... --tables 'orders,customer*,billing.*' --json",
      'greenlight data diff --old ... --new ... --mode live --watermark updated_at --since 2026-11-20T02:00:00Z',
      'greenlight data diff --old ... --new ... --segment 2/8 > part-2.json',
      'greenlight data diff --old mysql://old-host/shop --new postgres://new-host/shop',
      'greenlight data diff --old ... --new ... --suggest > data-part.ts',
    ],
  )
    .requiredOption('--old <url>', 'postgres:// or mysql:// address of the old database')
    .requiredOption('--new <url>', 'postgres:// address of the new database')
    .option('--tables <names>', 'only these tables: names and patterns, by commas', tableNames, [])
    .addOption(
      new Option('--mode <mode>', 'who may write meanwhile: nothing is known, nobody (proved), old, or both')
        .choices(['snapshot', 'fenced', 'barrier', 'live'])
        .default('snapshot'),
    )
    .option('--quick', 'count rows only, exactly; values are not compared', false)
    .option('--budget <time>', 'such as 90s or 5m: important tables first, the rest is not checked', budget)
    .addOption(
      new Option('--direction <direction>', 'rollback: what new wrote and a roll-back would lose')
        .choices(['cut-over', 'rollback'])
        .default('cut-over'),
    )
    .option('--watermark <column>', 'column of new that tells when a row was written; needs --since')
    .option('--since <moment>', 'moment of the cut-over; what new wrote later is counted apart', sinceMoment)
    .option('--segment <i/n>', 'compare one of n shares and print it as JSON, for data merge', segment)
    .option('--workers <number>', 'sessions that hash at the same time on each side', wholeNumber(1), 2)
    .addOption(new Option('--bits <bits>', 'bits of hash for each row').choices(['64', '128']).default('64'))
    .option('--json', 'print everything that was found as JSON', false)
    .option('--values', 'show the values of differing columns (default: only their names)', false)
    .option('--allow-empty', 'tables without rows on both sides count as equal', false)
    .option('--allow-added', 'columns of new alone that may be NULL or have a default are expected', false)
    .option('--statement-timeout <ms>', 'longest time of one statement', wholeNumber(1), 60_000)
    .option(
      '--suggest',
      'print what a plan would say to it, to paste; the comparison is shown beside it',
      false,
    )
    .action(async (options: DataDiffOptions) => {
      mustBeAddresses(options, { oldMayBeMysql: true });
      mustFit(options);
      protectAddresses(context, options);
      context.finish(await untilInterrupted(context.interrupted, () => compare(context, options)));
    });
}

/** @throws GreenlightError OPTION_CONFLICT for options that contradict each other */
function mustFit(options: DataDiffOptions): void {
  const problems = [
    (options.watermark === undefined) !== (options.since === undefined) &&
      '--watermark and --since need each other',
    options.quick && options.direction === 'rollback' && '--quick can not tell what a roll-back would lose',
    options.quick && options.segment !== undefined && '--quick is not cut into segments',
    options.suggest && options.quick && '--quick compares no values to suggest from',
    options.suggest &&
      options.segment !== undefined &&
      '--suggest needs the whole comparison, and --segment is a share of it',
    options.suggest &&
      options.direction === 'rollback' &&
      '--suggest is about what became of old, and --direction rollback is not',
    options.quick && options.mode === 'live' && '--quick can not read differing rows again',
    ...needTwoPostgres(options),
  ].filter((problem): problem is string => typeof problem === 'string');
  if (problems.length === 0) return;
  throw new GreenlightError('OPTION_CONFLICT', problems.join('; '));
}

/** Rows of MariaDB and MySQL are compared by this process, as of one moment of each side and all of them. */
function needTwoPostgres(options: DataDiffOptions): string[] {
  if (!isMysqlAddress(options.old)) return [];
  return [
    options.mode !== 'snapshot' && `--mode ${options.mode}`,
    options.quick && '--quick',
    options.direction === 'rollback' && '--direction rollback',
    options.watermark !== undefined && '--watermark',
    options.segment !== undefined && '--segment',
  ].flatMap((option) => (option === false ? [] : [`${option} needs two PostgreSQL databases`]));
}

async function compare({ screen }: CommandContext, options: DataDiffOptions): Promise<number> {
  let diff: Diff;
  try {
    const compareTables = isMysqlAddress(options.old) ? diffFromMysql : diffTables;
    diff = await compareTables({ ...engineOptions(options), ...diffProgress(screen) });
  } catch (error) {
    // Whatever keeps the two from being compared says nothing about their rows.
    const side = error instanceof Unavailable ? `The ${error.side} database` : 'The databases';
    screen.err(`${side} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.INCONCLUSIVE;
  }
  if (options.suggest) {
    await suggest(screen, options, diff);
    return exitCodeOfDiff(diff);
  }
  const result = options.segment === undefined ? diff : { ...diff, segment: options.segment };
  const asJson = options.json || options.segment !== undefined;
  screen.out(asJson ? JSON.stringify(result, null, 2) : renderDiff(diff));
  return exitCodeOfDiff(diff);
}

/** The part of a plan on its own on standard output, so that it can be kept in a file. */
async function suggest(screen: Screen, options: DataDiffOptions, diff: Diff): Promise<void> {
  const shown = asShown(diff, options.values);
  let suggested: SuggestedPlan | undefined;
  try {
    const inventory = await readInventory({ ...options, statementTimeoutMs: options.statementTimeout });
    suggested = suggestedAfterDiff(diff, inventory, isMysqlAddress(options.old));
  } catch (error) {
    // The comparison stands.
    if (!(error instanceof Unavailable)) throw error;
    screen.err(`Nothing can be suggested: the ${error.side} database is gone (${error.message})`);
  }
  if (options.json) {
    screen.out(JSON.stringify({ ...shown, ...suggested }, null, 2));
    return;
  }
  screen.err(renderDiff(shown));
  if (suggested !== undefined) screen.out(suggested.plan);
}

function engineOptions(options: DataDiffOptions): DiffOptions {
  const { watermark, since } = options;
  return {
    old: options.old,
    new: options.new,
    only: options.tables,
    mode: options.mode,
    quick: options.quick,
    workers: options.workers,
    bits: options.bits === '128' ? 128 : 64,
    // Policies are found by values; `asShown` takes them away again.
    values: options.values || options.suggest ? 'shown' : 'masked',
    ...(options.suggest ? { mostShown: MOST_GUESSED_BY } : {}),
    statementTimeoutMs: options.statementTimeout,
    ...(options.budget === undefined ? {} : { budgetMs: options.budget }),
    ...(options.segment === undefined ? {} : { segment: options.segment }),
    ...(options.allowEmpty ? { emptyBecause: 'allowed on the command line' } : {}),
    ...(options.allowAdded ? { addedColumns: 'expected' as const } : {}),
    ...(options.direction === 'rollback' ? { direction: 'rollback' as const } : {}),
    ...(watermark === undefined || since === undefined ? {} : { since: { column: watermark, at: since } }),
  };
}
