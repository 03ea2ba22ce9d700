import type { Plan } from '../contract/plan/plan.ts';
import { SWITCH_KIND, switchOf } from '../contract/plan/switches.ts';
import type { ApplicationPort } from '../contract/ports/application.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { attemptUndo } from './undo.ts';

/** One entry of the ledger and what became of it. */
export interface SweptEntry {
  readonly entry: LedgerEntry;
  /**
   * `open`: nothing of it is there now, and the request that creates it may still be carried out. `left`: somebody else
   * has set it since, so it was left as it is and is no longer ours.
   */
  readonly result:
    'undone' | 'kept' | { readonly failed: string } | { readonly open: string } | { readonly left: string };
}

export interface SettleOptions {
  readonly plan: Plan;
  readonly ledger: Pick<Ledger, 'settle'>;
  readonly entries: readonly LedgerEntry[];
  readonly application: ApplicationPort;
  readonly secret: (name: string) => string;
  /**
   * The state in which something that was turned is now, undefined where the plan does not say how it is read. Needed for
   * what another process turned: a person may have set it since. Throws where it cannot be read.
   */
  readonly switchState?: (entry: LedgerEntry, application: ApplicationPort) => Promise<string | undefined>;
  /** Milliseconds between one look and the next at what may still appear; none: one look. */
  readonly pauses?: readonly number[];
  /** When to stop, in milliseconds since 1970: entries that were not reached are `failed`. */
  readonly until?: number;
  /** Ends it early, as `until` does. */
  readonly interrupted?: AbortSignal;
  readonly onEntry?: (swept: SweptEntry) => void;
  /** For tests. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly now?: () => number;
}

/** Why something was not removed, or not put back. */
export function reasonOf(result: Exclude<SweptEntry['result'], string>): string {
  if ('open' in result) return result.open;
  return 'left' in result ? result.left : result.failed;
}

/** No server carries out a request later than this after its start, in milliseconds: then what is gone stays gone. */
export const SURE_AFTER_MS = 15 * 60 * 1000;

/** What to say about an entry that stays open. */
export const STAYS_OPEN =
  'its request got no answer and may still be carried out, so it is undone again at the start of each run and by `greenlight sweep`';

/**
 * Undoes entries in the order given and settles those of which nothing can appear any more. The request of an entry
 * that got no answer may be carried out after its undo: it stays open and is undone again after each pause, until one
 * undo has found it and the next one has not, or `SURE_AFTER_MS` have passed. Never throws.
 */
export async function settleEntries(options: SettleOptions): Promise<readonly SweptEntry[]> {
  const { pauses = [], until = Infinity, interrupted, now = Date.now, pause = sleep } = options;
  const swept = new Map<string, SweptEntry>();
  let open = options.entries;
  for (const wait of [0, ...pauses]) {
    if (wait > 0) {
      if (open.length === 0 || now() + wait > until || interrupted?.aborted === true) break;
      await pause(wait);
    }
    const still: LedgerEntry[] = [];
    for (const entry of open) {
      const late = now() >= until || interrupted?.aborted === true;
      const result = late ? { failed: 'there was no time left' } : await undoOnce(entry, options, now);
      swept.set(entry.id, { entry, result });
      if (typeof result === 'object' && 'open' in result) still.push(entry);
    }
    open = still;
  }
  for (const one of swept.values()) options.onEntry?.(one);
  return [...swept.values()];
}

async function undoOnce(
  entry: LedgerEntry,
  options: SettleOptions,
  now: () => number,
): Promise<SweptEntry['result']> {
  const { plan, ledger, secret, until = Infinity } = options;
  const application: ApplicationPort = {
    send: (request, budgetMs) =>
      options.application.send(request, Math.max(1, Math.min(budgetMs, until - now()))),
  };
  const asFound = await leaveAsFound(entry, options, application, now);
  if (asFound !== undefined) return asFound;
  const undo = () => attemptUndo({ plan, entry, application, secret });
  const first = await undo();
  if ('failed' in first) return first;
  if (first.how === 'kept' || isSure(entry, first.statuses, now())) {
    return settled(entry, ledger, first.how);
  }
  // Found, and now gone: it was carried out, and cannot be again.
  const again = found(first.statuses) ? await undo() : first;
  if ('statuses' in again && again.statuses.join() !== first.statuses.join()) {
    return settled(entry, ledger, 'undone');
  }
  if ('failed' in again && found(first.statuses)) {
    // Its undo does not accept that it is gone, which shows that it is.
    return settled(entry, ledger, 'undone');
  }
  return { open: STAYS_OPEN };
}

/** What becomes of a switch that is not as we turned it; undefined where it is, so that it must be put back. */
async function leaveAsFound(
  entry: LedgerEntry,
  { ledger, plan, switchState }: SettleOptions,
  application: ApplicationPort,
  now: () => number,
): Promise<SweptEntry['result'] | undefined> {
  if (switchState === undefined || entry.kind !== SWITCH_KIND || entry.target !== plan.target.name)
    return undefined;
  const { name, before, turnedTo, ours } = switchOf(entry.identity);
  let state: string | undefined;
  try {
    state = await switchState(entry, application);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { failed: `its state could not be read, so it was not put back: ${reason}` };
  }
  if (state === undefined || ours.includes(state)) return undefined;
  if (state === before) {
    // Who reads it may still be told an old state, and a request without an answer may still be carried out.
    const sure = now() - Date.parse(entry.at) > SURE_AFTER_MS;
    return sure ? settled(entry, ledger, 'undone') : { open: `it is ${before}; ${STAYS_OPEN}` };
  }
  const end = await settled(entry, ledger, 'kept');
  if (typeof end === 'object') return end;
  return {
    left: `${name} was ${before} before run ${entry.run}, which turned it ${turnedTo ?? 'otherwise'}; it is ${state} now, so somebody else has set it and it was left so: see that it is what you want`,
  };
}

/** Whether one undo suffices. Of a process that was killed nobody knows, and what was found then was carried out. */
function isSure(entry: LedgerEntry, statuses: readonly number[], now: number): boolean {
  if (entry.request === 'answered' || now - Date.parse(entry.at) > SURE_AFTER_MS) return true;
  return entry.request === undefined && found(statuses);
}

function found(statuses: readonly number[]): boolean {
  return statuses.every((status) => status >= 200 && status <= 299);
}

async function settled(
  entry: LedgerEntry,
  ledger: Pick<Ledger, 'settle'>,
  how: 'undone' | 'kept',
): Promise<SweptEntry['result']> {
  try {
    await ledger.settle(entry.id, how);
    return how;
  } catch (error) {
    // Removed, and still in the ledger: the next sweep finds it gone and settles it.
    return { failed: `it was removed, but the ledger could not be updated: ${String(error)}` };
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
