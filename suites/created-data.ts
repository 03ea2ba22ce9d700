import type { CreatedRecord } from '../contract/flow/flow.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { SWITCH_KIND } from '../contract/plan/switches.ts';
import type { Ledger, LedgerEntry } from '../safety/ledger.ts';
import { reasonOf, settleEntries } from '../safety/settle-entries.ts';
import { createHttpApplication } from '../safety/http-application.ts';
import { CannotTell } from './cannot-tell.ts';
import { targetApplication } from './target-application.ts';

/** What one test creates on the target. */
export interface CreatedData {
  /**
   * Writes down what is about to be created; call it before it can exist. It is removed after the test.
   * @throws GreenlightError LEDGER_UNWRITABLE, CannotTell while nothing may be created, or Error for a kind that the plan does not know
   */
  record(record: CreatedRecord): Promise<void>;
  /**
   * Says whether the requests that create what was recorded since the last answer were answered. What nobody speaks of
   * counts as unanswered when the test fails. Never throws.
   */
  answered(request: 'answered' | 'unanswered'): Promise<void>;
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
  /** Milliseconds between two looks at what may still appear. */
  readonly pauses?: readonly number[];
  /** Why nothing may be created in this session; undefined when it may. */
  readonly createNothing?: string | undefined;
}

/** Keeps track of what one test creates. */
export function createdData(options: CreatedDataOptions): CreatedData {
  const { plan, run, check } = options;
  const entries: LedgerEntry[] = [];
  const pending = new Set<LedgerEntry>();
  return {
    async record({ kind, identity }) {
      if (options.createNothing !== undefined) {
        throw new CannotTell('release-unknown', `${kind} was not created: ${options.createNothing}`, {
          remedy: 'see the check wanted-release-runs',
        });
      }
      if (kind !== SWITCH_KIND && !Object.hasOwn(plan.created, kind)) {
        const known = Object.keys(plan.created).join(', ') || 'nothing';
        throw new Error(`the plan does not say how "${kind}" is removed; its "created" knows: ${known}`);
      }
      const id = await (await options.ledger()).record({ run, check, kind, identity });
      const entry = {
        id,
        run,
        check,
        kind,
        identity,
        target: plan.target.name,
        at: new Date().toISOString(),
      };
      entries.push(entry);
      pending.add(entry);
    },
    async answered(request) {
      for (const entry of pending) {
        entries.splice(entries.indexOf(entry), 1, { ...entry, request });
        // What cannot be noted counts as unanswered, which is the careful side.
        await options
          .ledger()
          .then((ledger) => ledger.answered(entry.id, request))
          .catch(() => undefined);
      }
      pending.clear();
    },
    async undoAll() {
      const all = entries.splice(0).reverse();
      if (all.length === 0) return [];
      const swept = await settleEntries({
        plan,
        entries: all,
        ledger: { settle: async (id, how) => (await options.ledger()).settle(id, how) },
        application: targetApplication(createHttpApplication(), plan.target),
        secret: options.secret,
        pauses: options.pauses ?? [],
      });
      return swept.flatMap(({ entry: { kind, identity }, result }) => {
        if (typeof result === 'string') return [];
        return [{ kind, identity, reason: reasonOf(result) }];
      });
    },
  };
}
