import { Unavailable } from '../../contract/cannot-tell.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { NOT_LOOKED_AT, STATE_CHECKS, type StateCheckId } from '../../contract/plan/state-checks.ts';
import { checkState } from '../../data-checks/postgres/state/check-state.ts';
import type { StateResult } from '../../data-checks/postgres/state/state.ts';
import { type CommandContext, commandOf, wholeNumber } from '../command-context.ts';
import { exitCodeOfState } from '../data/exit-code-of-data.ts';
import { renderState } from '../data/render-state.ts';
import { suggestedAfterState } from '../data/suggest-state.ts';
import { mustBeAddresses, protectAddresses, untilInterrupted } from '../data/two-databases.ts';

interface DataStateOptions {
  readonly old: string;
  readonly new: string;
  readonly checks: readonly StateCheckId[];
  readonly json: boolean;
  readonly statementTimeout: number;
  readonly watch: number;
  readonly suggest: boolean;
}

/** `greenlight data state` */
export function dataStateCommand(context: CommandContext): Command {
  return commandOf(
    'state',
    'Compare everything of two PostgreSQL databases that is not rows: sequences, constraints, grants, settings...',
    [
      'greenlight data state --old postgres://old-host/shop --new postgres://new-host/shop',
      'greenlight data state --old ... --new ... --checks sequences-are-ahead,foreign-keys-hold --json',
      'greenlight data state --old ... --new ... --suggest > state-part.ts',
    ],
  )
    .requiredOption('--old <url>', 'postgres:// address of the old database')
    .requiredOption('--new <url>', 'postgres:// address of the new database')
    .option('--checks <ids>', 'only these checks, by commas (default: all)', checkIds, STATE_CHECKS)
    .option('--json', 'print everything that was found as JSON', false)
    .option('--statement-timeout <ms>', 'longest time of one statement', wholeNumber(1), 60_000)
    .option('--watch <seconds>', 'how long old-side-is-quiet watches for writes', wholeNumber(1), 12)
    .option(
      '--suggest',
      'print what a plan would say to it, to paste; the answers are shown beside it',
      false,
    )
    .action(async (options: DataStateOptions) => {
      mustBeAddresses(options);
      protectAddresses(context, options);
      context.finish(await untilInterrupted(context.interrupted, () => check(context, options)));
    });
}

async function check({ screen }: CommandContext, options: DataStateOptions): Promise<number> {
  let results: readonly StateResult[];
  try {
    results = await checkState({
      old: options.old,
      new: options.new,
      checks: options.checks,
      statementTimeoutMs: options.statementTimeout,
      watchMs: options.watch * 1000,
    });
  } catch (error) {
    const side = error instanceof Unavailable ? `The ${error.side} database` : 'The databases';
    screen.err(`${side} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.INCONCLUSIVE;
  }
  const suggested = options.suggest ? suggestedAfterState(results) : undefined;
  if (options.json) {
    screen.out(JSON.stringify({ checks: results, notLookedAt: NOT_LOOKED_AT, ...suggested }, null, 2));
  } else if (suggested === undefined) screen.out(renderState(results));
  else {
    // The part of a plan on its own on standard output, so that it can be kept in a file.
    screen.err(renderState(results));
    screen.out(suggested.plan);
  }
  return exitCodeOfState(results);
}

function checkIds(text: string): readonly StateCheckId[] {
  const ids = text.split(',').map((id) => id.trim());
  const unknown = ids.filter((id) => !STATE_CHECKS.some((check) => check === id));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`${unknown.join(', ')}: use any of ${STATE_CHECKS.join(', ')}.`);
  }
  return STATE_CHECKS.filter((check) => ids.includes(check));
}
