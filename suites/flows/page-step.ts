import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { conceal } from '../../contract/conceal.ts';
import type { Captured, FlowContext, PageStep } from '../../contract/flow.ts';
import type { AnswerEvent } from '../../contract/events/answers.ts';
import { eventOfText } from '../../contract/events/codes.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { shown, type Statement } from '../../contract/statement.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { judgeNoAnswer } from '../no-answer.ts';
import { withoutColours } from '../words.ts';
import { flowThrew, type FlowRun, type StepEnd } from './flow-run.ts';
import { recordCreatedBy } from './record-created.ts';

/** What the pages showed when a step failed. */
interface Seen {
  readonly strange: AnswerEvent | undefined;
  readonly told: string;
}

/** Default time for a page step. */
export const PAGE_WITHIN_MS = 30_000;

/** Runs a step in the browser. The time of starting the browser does not count. @throws CannotTell */
export async function runPageStep(step: PageStep, captured: Captured, run: FlowRun): Promise<StepEnd> {
  const ctx: FlowContext = { ...run.context, captured };
  const budgetMs = step.budgetMs ?? PAGE_WITHIN_MS;
  const { page, journal } = await run.openPage();
  await recordCreatedBy(step, ctx, run);
  const started = performance.now();
  const drive = step.run as (page: Page, ctx: FlowContext) => Promise<Captured | undefined>;
  // An async function turns even a synchronous throw of the plan into a rejection.
  const driven = (async () => drive(page, ctx))().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const limit = new AbortController();
  const late = sleep(budgetMs, 'late' as const, { signal: limit.signal }).catch(() => 'late' as const);
  const first = await Promise.race([driven, late]);
  limit.abort();
  const durationMs = performance.now() - started;
  const end = (statement: Statement, cause: string): StepEnd => ({
    statements: [statement],
    captured: {},
    durationMs,
    cause,
  });
  if (first === 'late') {
    // Only a page that is open can say what it shows.
    const seen = await lookAround();
    // Closing the page ends whatever the step waits for, and its error then says what that was.
    await run.closePage();
    const after = await Promise.race([driven, sleep(1000, undefined)]);
    const waiting = after && 'error' in after ? waitedFor(after.error) : '';
    return failed(
      { name: 'page', ok: false, measured: `not done${waiting}`, expected: `done within ${budgetMs} ms` },
      'budget',
      seen,
    );
  }
  if ('value' in first) {
    const done: Statement = {
      name: 'page',
      ok: true,
      measured: 'done',
      expected: `done within ${budgetMs} ms`,
    };
    return { ...end(done, 'page'), captured: first.value ?? {} };
  }
  return judgeThrow(first.error);

  async function lookAround(): Promise<Seen> {
    return { strange: await journal.strange(), told: journal.told() };
  }

  /** @throws CannotTell where the step did not see the product at all */
  async function failed(statement: Statement, cause: string, { strange, told }: Seen): Promise<StepEnd> {
    if (strange === undefined) return { ...end(statement, cause), around: told };
    const instead = new TargetUnreachable(strange.event, strange.detail, { by: 'browser' });
    return end(await judgeNoAnswer(instead, 'page', budgetMs, run.control), 'no-answer');
  }

  async function judgeThrow(error: unknown): Promise<StepEnd> {
    const assertion = assertionOf(error);
    if (assertion) {
      const hidden = step.showValues === true ? assertion : conceal(assertion, { body: undefined, captured });
      return failed(hidden, 'page', await lookAround());
    }
    const line = firstLine(error);
    if (/has been closed|crashed|browser has disconnected/i.test(line)) {
      throw new CannotTell('browser-crashed', `step "${step.id}": the browser went away: ${line}`, {
        cause: error,
      });
    }
    const event = eventOfText(line);
    if (event) {
      const url = / at (https?:\/\/\S+)/.exec(line)?.[1];
      const unreachable = new TargetUnreachable(event, line, {
        cause: error,
        by: 'browser',
        ...(url === undefined ? {} : { url }),
      });
      return end(await judgeNoAnswer(unreachable, 'answer', budgetMs, run.control), 'no-answer');
    }
    if (error instanceof Error && error.name === 'TimeoutError') {
      const measured = `${line}${waitedFor(error)}`;
      const statement: Statement = {
        name: 'page',
        ok: false,
        measured: shown(measured),
        expected: 'there in time',
      };
      return failed(statement, 'page', await lookAround());
    }
    throw flowThrew(`the page function of step "${step.id}"`, error);
  }
}

/**
 * A failed `expect` as a statement. `toPass` also fails when its function throws a TypeError, with the same fields;
 * only the text of a real comparison begins with `expect(`.
 */
function assertionOf(error: unknown): Statement | undefined {
  if (!(error instanceof Error)) return undefined;
  const result = (error as { matcherResult?: unknown }).matcherResult;
  if (typeof result !== 'object' || result === null) return undefined;
  const { name, actual, expected } = result as { name?: unknown; actual?: unknown; expected?: unknown };
  const line = firstLine(error);
  if (name === 'toPass' && !line.startsWith('expect(')) return undefined;
  const locator = /^Locator:\s+(.+)$/m.exec(withoutColours(error.message))?.[1]?.trim() ?? '';
  return {
    name: `expect(${locator}).${typeof name === 'string' ? name : 'comparison'}`,
    ok: false,
    measured: actual === undefined ? shown(line) : shown(actual),
    expected:
      expected === undefined ? 'to hold' : shown(expected instanceof RegExp ? String(expected) : expected),
  };
}

/** ` (waiting for locator('#pay'))` out of the call log of a Playwright error. */
function waitedFor(error: unknown): string {
  const log = error instanceof Error ? withoutColours(error.message) : '';
  const match = /^\s*-\s+(waiting for [^\n]+)/m.exec(log);
  return match ? ` (${match[1]?.trim()})` : '';
}
