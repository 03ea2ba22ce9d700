import type { CreatedRecord } from '../contract/flow.ts';
import type { Plan } from '../contract/plan.ts';
import type { Ledger, LedgerEntry } from '../safety/ledger.ts';
import { undoEntry } from '../safety/undo.ts';
import { createHttpApplication } from '../safety/http-application.ts';

/** What one test creates on the target. */
export interface CreatedData {
  /**
   * Writes down what is about to be created; call it before it can exist. It is removed after the test.
   * @throws GreenlightError LEDGER_UNWRITABLE, or Error for a kind that the plan does not know
   */
  record(record: CreatedRecord): Promise<void>;
  /** Removes everything again, newest first. Returns what could not be removed; it stays in the ledger. */
  undoAll(): Promise<readonly Remaining[]>;
}

/** Something that is still on the target after its test. */
export interface Remaining extends CreatedRecord {
  readonly reason: string;
}

interface CreatedDataOptions {
  readonly plan: Plan;
  readonly run: string;
  readonly check: string;
  /** Opened at the first record: a run that creates nothing needs no writable directory. */
  readonly ledger: () => Promise<Ledger>;
  readonly secret: (name: string) => string;
}

/** Keeps track of what one test creates. */
export function createdData(options: CreatedDataOptions): CreatedData {
  const { plan, run, check } = options;
  const entries: LedgerEntry[] = [];
  return {
    async record({ kind, identity }) {
      if (!Object.hasOwn(plan.created, kind)) {
        const known = Object.keys(plan.created).join(', ') || 'nothing';
        throw new Error(`the plan does not say how "${kind}" is removed; its "created" knows: ${known}`);
      }
      const entry = { run, check, kind, identity };
      const id = await (await options.ledger()).record(entry);
      entries.push({ ...entry, id, target: plan.target.name, at: new Date().toISOString() });
    },
    async undoAll() {
      const remaining: Remaining[] = [];
      const application = createHttpApplication();
      for (let entry = entries.pop(); entry; entry = entries.pop()) {
        const reason = await undo(entry, options, application);
        if (reason !== undefined) remaining.push({ kind: entry.kind, identity: entry.identity, reason });
      }
      return remaining;
    },
  };
}

async function undo(
  entry: LedgerEntry,
  { plan, secret, ledger }: CreatedDataOptions,
  application: Parameters<typeof undoEntry>[0]['application'],
): Promise<string | undefined> {
  const undone = await undoEntry({ plan, entry, application, secret });
  if ('failed' in undone) return undone.failed;
  try {
    await (await ledger()).settle(entry.id, undone.how);
    return undefined;
  } catch (error) {
    // Removed, and still in the ledger: the next sweep finds it gone and settles it.
    return `it was removed, but the ledger could not be updated: ${String(error)}`;
  }
}
