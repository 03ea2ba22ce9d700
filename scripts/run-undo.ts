import type { Fault, Leftover } from '../contract/evidence.ts';
import type { Plan } from '../contract/plan.ts';
import { createHttpApplication } from '../safety/http-application.ts';
import { type LedgerEntry, openLedger } from '../safety/ledger.ts';
import { secretReader } from '../safety/secrets.ts';
import { undoEntry } from '../safety/undo.ts';

/** One entry of the ledger and what became of it. */
export interface SweptEntry {
  readonly entry: LedgerEntry;
  readonly result: 'undone' | 'kept' | { readonly failed: string };
}

interface SweepOptions {
  readonly plan: Plan;
  readonly stateDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Which entries; all when absent. */
  readonly only?: (entry: LedgerEntry) => boolean;
  readonly onEntry?: (swept: SweptEntry) => void;
}

/** Everything that the ledger of the plan's target still holds. */
export async function outstandingOf(
  options: Pick<SweepOptions, 'plan' | 'stateDirectory'>,
): Promise<readonly LedgerEntry[]> {
  const ledger = await openLedger(options.stateDirectory, options.plan.target.name);
  return ledger.outstanding();
}

/** Undoes what the ledger still holds, newest first: what was created later may depend on what came before. */
export async function sweepLedger(options: SweepOptions): Promise<readonly SweptEntry[]> {
  const { plan, env } = options;
  const ledger = await openLedger(options.stateDirectory, plan.target.name);
  const entries = (await ledger.outstanding()).filter(options.only ?? (() => true)).reverse();
  const application = createHttpApplication();
  const secret = secretReader(plan, env);
  const swept: SweptEntry[] = [];
  for (const entry of entries) {
    const undone = await undoEntry({ plan, entry, application, secret });
    if ('how' in undone) await ledger.settle(entry.id, undone.how);
    const one: SweptEntry = { entry, result: 'how' in undone ? undone.how : undone };
    swept.push(one);
    options.onEntry?.(one);
  }
  return swept;
}

/** Removes what a run left behind, and says what it could not remove and what earlier runs left. Never throws. */
export async function cleanUpRun(
  options: Omit<SweepOptions, 'only' | 'onEntry'> & {
    readonly run: string;
    /** Runs that may be at work beside it: what they created is theirs to remove and to report. */
    readonly isSibling?: (run: string) => boolean;
  },
): Promise<{ readonly leftovers: readonly Leftover[]; readonly faults: readonly Fault[] }> {
  try {
    const swept = await sweepLedger({ ...options, only: (entry) => entry.run === options.run });
    const reasons = new Map(
      swept.flatMap(({ entry, result }) => (typeof result === 'object' ? [[entry.id, result.failed]] : [])),
    );
    const left = (await outstandingOf(options)).filter(({ run }) => options.isSibling?.(run) !== true);
    const leftovers = left.map((entry) => ({
      kind: entry.kind,
      identity: entry.identity,
      reason: reasons.get(entry.id) ?? `left by run ${entry.run}; \`greenlight sweep\` removes it`,
    }));
    return { leftovers, faults: [] };
  } catch (error) {
    const message = `the test data could not be removed: ${error instanceof Error ? error.message : String(error)}`;
    return { leftovers: [], faults: [{ kind: 'clean-up', message }] };
  }
}
