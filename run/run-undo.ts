import type { Fault, Leftover } from '../contract/evidence/evidence.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { createHttpApplication } from '../safety/http-application.ts';
import { type LedgerDamage, type LedgerEntry, openLedger } from '../safety/ledger.ts';
import { targetApplication } from '../suites/target-application.ts';
import { secretReader } from '../safety/secrets.ts';
import {
  reasonOf,
  settleEntries,
  type SettleOptions,
  STAYS_OPEN,
  type SweptEntry,
} from '../safety/settle-entries.ts';
import { switchState } from '../suites/state/switch-state.ts';

interface SweepOptions extends Pick<SettleOptions, 'onEntry' | 'pauses' | 'until' | 'interrupted' | 'now'> {
  readonly plan: Plan;
  readonly stateDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Which entries; all when absent. */
  readonly only?: (entry: LedgerEntry) => boolean;
}

/** Between two looks at what may still appear, in milliseconds. */
export const PAUSES_MS = [1000, 2000, 4000];
/** What earlier runs left is undone at the start of a run, for so long at most. */
const AT_START_MS = 30_000;

/** Everything that the ledger of the plan's target still holds, and what of it cannot be read. */
export async function outstandingOf(
  options: Pick<SweepOptions, 'plan' | 'stateDirectory'>,
): Promise<{ readonly entries: readonly LedgerEntry[]; readonly damage: readonly LedgerDamage[] }> {
  const ledger = await openLedger(options.stateDirectory, options.plan.target.name);
  return { entries: await ledger.outstanding(), damage: await ledger.damage() };
}

/** Undoes what the ledger still holds, newest first: what was created later may depend on what came before. */
export async function sweepLedger(options: SweepOptions): Promise<readonly SweptEntry[]> {
  const { plan, env, stateDirectory, only = () => true, ...settling } = options;
  const ledger = await openLedger(stateDirectory, plan.target.name);
  return settleEntries({
    ...settling,
    plan,
    ledger,
    entries: (await ledger.outstanding()).filter(only).reverse(),
    application: targetApplication(createHttpApplication(), plan.target, env),
    secret: secretReader(plan, env),
    switchState: (entry, application) => switchState(plan, entry, application),
  });
}

/** What is said about damage: as much as a person needs to look after it by hand. */
export function describeDamage({ file, line, text }: LedgerDamage): string {
  return `${file}:${line} cannot be read, and something may be on the target that it named: ${text}`;
}

/** What to do about damage. */
export const DAMAGE_REMEDY =
  'look on the target for data that begins with gl-, remove it, then delete that line';

/** Options of everything that a run undoes. */
interface RunUndo extends Pick<SweepOptions, 'plan' | 'stateDirectory' | 'env'> {
  readonly run: string;
  /** Runs that may be at work beside it: what they created is theirs to remove and to report. */
  readonly isSibling?: (run: string) => boolean;
}

/** What became of entries that were neither removed nor put back. */
export interface Earlier {
  /** Why they are still there, by their id. */
  readonly reasons: ReadonlyMap<string, string>;
  /** What somebody else has set since: it is settled, and told once. */
  readonly left: readonly Leftover[];
}

/** Nothing was left by earlier runs. */
export const NOTHING_EARLIER: Earlier = { reasons: new Map(), left: [] };

/**
 * Undoes again what earlier runs could not remove: one that met an error once must not lie there for ever. Never
 * throws; what is wrong with the ledger is said when the run cleans up.
 */
export async function undoEarlier(options: RunUndo, interrupted?: AbortSignal): Promise<Earlier> {
  try {
    const swept = await sweepLedger({
      plan: options.plan,
      stateDirectory: options.stateDirectory,
      env: options.env,
      until: Date.now() + AT_START_MS,
      ...(interrupted === undefined ? {} : { interrupted }),
      only: ({ run }) => options.isSibling?.(run) !== true,
    });
    return notUndone(swept);
  } catch {
    return NOTHING_EARLIER;
  }
}

/** Removes what a run left behind, and says what it could not remove and what earlier runs left. Never throws. */
export async function cleanUpRun(
  options: RunUndo & { readonly earlier?: Earlier },
): Promise<{ readonly leftovers: readonly Leftover[]; readonly faults: readonly Fault[] }> {
  const { plan, stateDirectory, env, earlier = NOTHING_EARLIER } = options;
  try {
    const swept = await sweepLedger({
      plan,
      stateDirectory,
      env,
      pauses: PAUSES_MS,
      only: (entry) => entry.run === options.run,
    });
    const now = notUndone(swept);
    const reasons = new Map([...earlier.reasons, ...now.reasons]);
    const { entries, damage } = await outstandingOf(options);
    const left = entries.filter(({ run }) => options.isSibling?.(run) !== true);
    const leftovers = left.map((entry) => ({
      kind: entry.kind,
      identity: entry.identity,
      reason: reasonFor(entry, options.run, reasons.get(entry.id)),
    }));
    const unreadable = damage.map((one) => ({
      kind: 'unknown',
      identity: `${one.file}:${one.line}`,
      reason: `${describeDamage(one)}; ${DAMAGE_REMEDY}`,
    }));
    return { leftovers: [...leftovers, ...earlier.left, ...now.left, ...unreadable], faults: [] };
  } catch (error) {
    const message = `the test data could not be removed: ${error instanceof Error ? error.message : String(error)}`;
    return { leftovers: [], faults: [{ kind: 'clean-up', message }] };
  }
}

function reasonFor(entry: LedgerEntry, run: string, reason: string | undefined): string {
  if (entry.run === run) return reason ?? STAYS_OPEN;
  const left = `left by run ${entry.run}`;
  return reason === undefined
    ? `${left}; \`greenlight sweep\` removes it`
    : `${left}; undone again: ${reason}`;
}

function notUndone(swept: readonly SweptEntry[]): Earlier {
  const reasons = new Map<string, string>();
  const left: Leftover[] = [];
  for (const { entry, result } of swept) {
    if (typeof result === 'string') continue;
    if ('left' in result) left.push({ kind: entry.kind, identity: entry.identity, reason: result.left });
    else reasons.set(entry.id, reasonOf(result));
  }
  return { reasons, left };
}
