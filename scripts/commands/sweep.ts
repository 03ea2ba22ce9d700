import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { SWITCH_KIND } from '../../contract/plan/switches.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { acquireLease } from '../../safety/lease.ts';
import type { LedgerDamage, LedgerEntry } from '../../safety/ledger.ts';
import { redactorOf } from '../../safety/redactor.ts';
import type { SweptEntry } from '../../safety/settle-entries.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { type LoadedPlan, loadConfig } from '../../host/load-config.ts';
import { loadRunnablePlan } from '../../safety/load-runnable-plan.ts';
import { DAMAGE_REMEDY, describeDamage, outstandingOf, PAUSES_MS, sweepLedger } from '../../run/run-undo.ts';

interface SweepCommandOptions {
  readonly config?: string;
  readonly state?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `greenlight sweep` */
export function sweepCommand(context: CommandContext): Command {
  return commandOf(
    'sweep',
    'Remove test data that earlier runs left on the target, and put back what they turned.',
    ['greenlight sweep --dry-run', 'greenlight sweep'],
  )
    .option(...CONFIG_OPTION)
    .option('--state <directory>', 'where the ledger is (default: .greenlight beside the plan)')
    .option('--dry-run', 'only list what would be removed', false)
    .option('--json', 'print the list as JSON', false)
    .action(async (options: SweepCommandOptions) => {
      const loaded = options.dryRun
        ? await loadConfig(context.cwd, options.config)
        : await loadRunnablePlan(context.cwd, options.config, context.env);
      const stateDirectory = path.resolve(
        context.cwd,
        options.state ?? path.join(path.dirname(loaded.file), '.greenlight'),
      );
      if (options.state !== undefined && !existsSync(stateDirectory)) {
        throw new GreenlightError(
          'DIRECTORY_NOT_FOUND',
          `--state: ${stateDirectory} is not there, so no ledger is`,
        );
      }
      context.screen.protect(redactorOf(loaded.plan, context.env));
      context.finish(
        options.dryRun
          ? await list(context, loaded, stateDirectory, options.json)
          : await sweep(context, loaded, stateDirectory, options.json),
      );
    });
}

async function list(
  { screen }: CommandContext,
  { plan }: LoadedPlan,
  stateDirectory: string,
  json: boolean,
): Promise<number> {
  const { entries, damage } = await outstandingOf({ plan, stateDirectory });
  if (json) screen.out(JSON.stringify(entries, null, 2));
  else if (entries.length > 0) screen.out(entries.map(describeEntry).join('\n'));
  else if (damage.length === 0) screen.out(`Nothing is left on ${plan.target.name}.`);
  return tellDamage(screen, damage) ? EXIT.INCONCLUSIVE : EXIT.GO;
}

/** Whether there is any: then nobody can say that nothing is left. */
function tellDamage(screen: CommandContext['screen'], damage: readonly LedgerDamage[]): boolean {
  for (const one of damage) screen.err(describeDamage(one));
  if (damage.length > 0) screen.err(`What to do: ${DAMAGE_REMEDY}.`);
  return damage.length > 0;
}

async function sweep(
  { screen, env }: CommandContext,
  { plan }: LoadedPlan,
  stateDirectory: string,
  json: boolean,
): Promise<number> {
  // A run that is going on still needs what it created.
  const lease = await acquireLease({
    stateDirectory,
    target: plan.target.name,
    run: `sweep-${process.pid}`,
    phase: 'rollback',
  });
  try {
    // Before anything is settled: an entry that lost its end is settled like any other, and more may be lost with it.
    const { damage } = await outstandingOf({ plan, stateDirectory });
    const swept = await sweepLedger({
      plan,
      stateDirectory,
      env,
      pauses: PAUSES_MS,
      onEntry: (one) => screen.err(`${describeEntry(one.entry)}: ${describeResult(one)}`),
    });
    const left = swept.filter(({ result }) => typeof result === 'object' && !('left' in result));
    if (json) screen.out(JSON.stringify(swept, null, 2));
    else if (swept.length > 0 || damage.length === 0) {
      screen.out(`${swept.length - left.length} settled, ${left.length} left on ${plan.target.name}.`);
    }
    const damaged = tellDamage(screen, damage);
    return left.length === 0 && !damaged ? EXIT.GO : EXIT.INCONCLUSIVE;
  } finally {
    await lease.release();
  }
}

function describeEntry(entry: LedgerEntry): string {
  return `${entry.kind} ${entry.identity} (check ${entry.check}, run ${entry.run}, ${entry.at})`;
}

function describeResult({ entry, result }: SweptEntry): string {
  if (typeof result === 'object') {
    if ('left' in result) return `left as it is: ${result.left}`;
    const turned = entry.kind === SWITCH_KIND;
    if ('open' in result) return turned ? result.open : `not there now: ${result.open}`;
    return `not ${turned ? 'put back' : 'removed'}: ${result.failed}`;
  }
  if (result === 'kept') return 'kept, as the plan says';
  return entry.kind === SWITCH_KIND ? 'put back' : 'removed';
}
