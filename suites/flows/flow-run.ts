import { remedyOf } from '../../contract/cannot-tell.ts';
import type { OwnDelay } from '../../checks/own-delay.ts';
import { COMPARED_NOTHING, ComparedNothing } from '../../contract/evidence/compared-nothing.ts';
import type { PageReport } from '../../contract/evidence/detail.ts';
import type { Captured, CreatedRecord, Flow, FlowContext } from '../../contract/flow/flow.ts';
import { PlanMistake, refusePromise } from '../../contract/plan/plan-mistake.ts';
import type { ApplicationPort } from '../../contract/ports/application.ts';
import type { ObservePort, PortName } from '../../contract/ports/observe.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { Control } from '../control.ts';
import type { ShownPage } from '../page-journal.ts';
import type { OpenPage, ReadingPage } from '../page-session.ts';

/** Default time for a page step. */
export const PAGE_WITHIN_MS = 30_000;

/** Everything that a flow needs to run once. */
export interface FlowRun {
  readonly check: string;
  readonly flow: Flow;
  /** Checks of single steps that this run tells. */
  readonly stepChecks?: ReadonlySet<string>;
  /** When this run of the flow began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Base URLs by endpoint name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Names among `urls` that are not the target. */
  readonly thirdParties?: ReadonlySet<string>;
  /** Budget of a request step that names none, in milliseconds. */
  readonly budgetMs: number;
  /** Base URLs of old by endpoint name, where there is one that can be asked. */
  readonly oldUrls?: Readonly<Record<string, string>> | undefined;
  /** How long a request may wait where the target limits our rate, in milliseconds; as in every plan without it. */
  readonly rateLimitWaitMs?: number;
  readonly context: Pick<FlowContext, 'unique' | 'data' | 'secret'>;
  /** Keeps cookies for the time of the flow. */
  readonly application: ApplicationPort;
  /** @throws CannotTell or PortUnavailable when the target has no such port or it cannot be opened */
  port<P extends PortName>(name: P): ObservePort<P>;
  /** The page of this flow, opened at the first call. @throws CannotTell without a browser */
  openPage(): Promise<Pick<OpenPage, 'page' | 'journal'>>;
  /** A page on the old system, of which it only reads; absent where old has no address of its own. */
  openOldPage?: (() => Promise<OldPage>) | undefined;
  /** Closes the page, which makes whatever still waits on it fail. */
  closePage(): Promise<void>;
  /** Writes to the ledger; resolves when it is on disk. @throws GreenlightError when it cannot */
  recordCreated(record: CreatedRecord): Promise<void>;
  readonly control: Control;
  /** Default: watches this process. */
  readonly watchOwnDelay?: () => OwnDelay;
  /** Shows a step in Playwright's reports while it runs; it is red there when the step does not hold. */
  stage?<T>(title: string, body: () => Promise<T>, failed: (ended: T) => string | undefined): Promise<T>;
}

/** The old system in a browser, and by requests of the same visitor. */
export interface OldPage extends Pick<ReadingPage, 'page' | 'journal' | 'refused' | 'close'> {
  readonly application: ApplicationPort;
}

/** A locator of a page step that matched nothing, and what the pages were then. */
export interface Missed {
  readonly locator: string;
  readonly pages: readonly ShownPage[];
}

/** How often a step that polls asked. */
export interface Polled {
  readonly attempts: number;
  /** The time that all attempts had together, in milliseconds. */
  readonly withinMs: number;
  /** Whether its last answer was final, so that the time was not used up. */
  readonly final: boolean;
}

/** How one step ended. A step that could not tell throws CannotTell instead. */
export interface StepEnd {
  /** In order; the first that does not hold is the reason. */
  readonly statements: readonly Statement[];
  readonly captured: Captured;
  /** How long the target took, in milliseconds. */
  readonly durationMs: number;
  /** Stable word for why it fails, if it does. */
  readonly cause: string;
  /** For a summary, where a page step fails: on which page, and what went wrong there. */
  readonly around?: string;
  /** Set where a page step fails: what its pages met. */
  readonly page?: PageReport;
  /** Set where a step polled. */
  readonly polled?: Polled;
  /** Set where a page step fails because there was nothing that a locator matched. */
  readonly missed?: Missed;
}

/**
 * Calls a pure function of the plan. Its throw is a fault of the plan: it says nothing about the target.
 * @param what for example `request of step "register"`
 * @throws CannotTell
 */
export function callPlan<T>(what: string, call: () => T): T {
  try {
    return refusePromise(what, call());
  } catch (error) {
    throw flowThrew(what, error);
  }
}

/** The fault of a function of the plan, with the line where it threw. */
export function flowThrew(what: string, error: unknown): CannotTell {
  if (error instanceof CannotTell) return error;
  if (error instanceof PlanMistake) {
    return new CannotTell(
      'flow-mistaken',
      error.message.startsWith(what) ? error.message : `${what.replace(/,$/, '')}: ${error.message}`,
      {
        cause: error,
        remedy: error.hint,
      },
    );
  }
  if (error instanceof ComparedNothing) {
    return new CannotTell(COMPARED_NOTHING, error.message, { cause: error, remedy: error.hint });
  }
  const said = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
  const place = error instanceof Error ? placeOf(error) : '';
  return new CannotTell('flow-threw', `${what} threw ${said}${place}`, {
    cause: error,
    remedy: remedyOf(error) ?? 'correct that function in the plan; nothing is known about the target',
  });
}

/** ` (shop.config.ts:12)`: the file and line where an error was thrown, without the folders of this machine. */
function placeOf(error: Error): string {
  const match = /^\s+at .*?([^/\\()\s]+):(\d+):\d+\)?$/m.exec(error.stack ?? '');
  return match ? ` (${match[1]}:${match[2]})` : '';
}
