import path from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { acquireLease } from '../../safety/lease.ts';
import type { LedgerEntry } from '../../safety/ledger.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { type LoadedPlan, loadConfig } from '../load-config.ts';
import { loadRunnablePlan } from '../load-runnable-plan.ts';
import { outstandingOf, sweepLedger, type SweptEntry } from '../run-undo.ts';

interface SweepCommandOptions {
  readonly config?: string;
  readonly state?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `greenlight sweep` */
export function sweepCommand(context: CommandContext): Command {
  return commandOf('sweep', 'Remove test data that earlier runs left on the target.', [
    'greenlight sweep --dry-run',
    'greenlight sweep',
  ])
    .option('-c, --config <file>', 'the plan (default: greenlight.config.* in this directory)')
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
  const entries = await outstandingOf({ plan, stateDirectory });
  if (json) screen.out(JSON.stringify(entries, null, 2));
  else if (entries.length === 0) screen.out(`Nothing is left on ${plan.target.name}.`);
  else screen.out(entries.map(describeEntry).join('\n'));
  return EXIT.GO;
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
    const swept = await sweepLedger({
      plan,
      stateDirectory,
      env,
      onEntry: (one) => screen.err(`${describeEntry(one.entry)}: ${describeResult(one)}`),
    });
    const failed = swept.filter(({ result }) => typeof result === 'object');
    if (json) screen.out(JSON.stringify(swept, null, 2));
    else screen.out(`${swept.length - failed.length} settled, ${failed.length} left on ${plan.target.name}.`);
    return failed.length === 0 ? EXIT.GO : EXIT.INCONCLUSIVE;
  } finally {
    await lease.release();
  }
}

function describeEntry(entry: LedgerEntry): string {
  return `${entry.kind} ${entry.identity} (check ${entry.check}, run ${entry.run}, ${entry.at})`;
}

function describeResult({ result }: SweptEntry): string {
  if (typeof result === 'object') return `not removed: ${result.failed}`;
  return result === 'kept' ? 'kept, as the plan says' : 'removed';
}
