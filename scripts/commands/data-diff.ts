import { type Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { type Diff, diffTables, SideUnavailable } from '../../data-checks/postgres/rows/diff-tables.ts';
import { type CommandContext, commandOf, wholeNumber } from '../command-context.ts';
import { renderDiff } from '../data/render-diff.ts';
import { mustBeAddresses, protectAddresses, untilInterrupted } from '../data/two-databases.ts';

interface DataDiffOptions {
  readonly old: string;
  readonly new: string;
  readonly tables: readonly string[];
  readonly json: boolean;
  readonly values: boolean;
  readonly allowEmpty: boolean;
  readonly statementTimeout: number;
}

/** `greenlight data diff` */
export function dataDiffCommand(context: CommandContext): Command {
  return commandOf('diff', 'Compare two PostgreSQL databases row by row.', [
    'greenlight data diff --old postgres://old-host/shop --new postgres://new-host/shop',
    "greenlight data diff --old ... --new ... --tables 'orders,customer*,billing.*' --json",
  ])
    .requiredOption('--old <url>', 'postgres:// address of the old database')
    .requiredOption('--new <url>', 'postgres:// address of the new database')
    .option('--tables <names>', 'only these tables: names and patterns, by commas', tableNames, [])
    .option('--json', 'print everything that was found as JSON', false)
    .option('--values', 'show the values of differing columns (default: only their names)', false)
    .option('--allow-empty', 'tables without rows on both sides count as equal', false)
    .option('--statement-timeout <ms>', 'longest time of one statement', wholeNumber(1), 60_000)
    .action(async (options: DataDiffOptions) => {
      mustBeAddresses(options);
      protectAddresses(context, options);
      context.finish(await untilInterrupted(context.interrupted, () => compare(context, options)));
    });
}

async function compare({ screen }: CommandContext, options: DataDiffOptions): Promise<number> {
  let diff: Diff;
  try {
    diff = await diffTables({
      old: options.old,
      new: options.new,
      only: options.tables,
      values: options.values ? 'shown' : 'masked',
      statementTimeoutMs: options.statementTimeout,
      ...(options.allowEmpty ? { emptyBecause: 'allowed on the command line' } : {}),
      onTable: (table) => screen.transient(`comparing ${table}`),
    });
  } catch (error) {
    // Whatever keeps the two from being compared says nothing about their rows.
    const side = error instanceof SideUnavailable ? `The ${error.side} database` : 'The databases';
    screen.err(`${side} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.INCONCLUSIVE;
  }
  screen.out(options.json ? JSON.stringify(diff, null, 2) : renderDiff(diff));
  return exitCodeOf(diff);
}

/** Different rows outrank tables that nobody could compare; no table at all is no comparison. */
function exitCodeOf({ tables }: Diff): number {
  if (tables.some((table) => table.answer === 'different')) return EXIT.NO_GO;
  return tables.length > 0 && tables.every((table) => table.answer === 'equal') ? EXIT.GO : EXIT.INCONCLUSIVE;
}

function tableNames(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('Name at least one table, such as orders or shop.*');
  return names;
}
