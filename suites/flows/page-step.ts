import { thirdPartyAt } from '../../contract/plan/addresses.ts';
import { conceal, concealQuoted, concealWithin } from '../../contract/flow/conceal.ts';
import type { Captured, FlowContext, PageStep } from '../../contract/flow/flow.ts';
import type { AnswerEvent } from '../../contract/events/answers.ts';
import { eventOfText } from '../../contract/events/codes.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { shown, type Statement } from '../../contract/flow/statement.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { noAnswerStatement } from '../no-answer.ts';
import { type ShownPage, shownLine } from '../page-journal.ts';
import { refuseThirdParty } from '../third-party.ts';
import { withoutColours, wrongWords } from '../words.ts';
import { drivePage } from './drive-page.ts';
import { flowThrew, type FlowRun, PAGE_WITHIN_MS, type StepEnd } from './flow-run.ts';
import { missedLocator } from './locator-miss.ts';
import { recordCreatedBy } from './record-created.ts';

/** What the pages showed when a step failed. */
interface Seen {
  readonly strange: AnswerEvent | undefined;
  readonly told: string;
  readonly pages: readonly ShownPage[];
  readonly failures: readonly string[];
}

/** Runs a step in the browser. The time of starting the browser does not count. @throws CannotTell */
export async function runPageStep(step: PageStep, captured: Captured, run: FlowRun): Promise<StepEnd> {
  const ctx: FlowContext = { ...run.context, captured };
  const budgetMs = step.budgetMs ?? PAGE_WITHIN_MS;
  const { page, journal } = await run.openPage();
  await recordCreatedBy(step, ctx, run);
  const drive = await drivePage(step, page, ctx, budgetMs);
  const { ended: first, durationMs } = drive;
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
    const error = await drive.end(() => run.closePage());
    const measured = reveal(`not done${waitedFor(error)}`);
    return failed(
      { name: 'page', ok: false, measured, expected: `done within ${budgetMs} ms` },
      'budget',
      error,
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

  function thirdPartyOf(url: string): string | undefined {
    return thirdPartyAt(url, run.urls, run.thirdParties);
  }

  /** A line without data of customers, unless the plan asks for it. */
  function reveal(line: string): string {
    return step.showValues === true ? line : concealWithin(line, captured);
  }

  /** The same for what quotes values of the page. */
  function revealSaid(line: string): string {
    return step.showValues === true ? line : concealQuoted(reveal(line));
  }

  async function lookAround(): Promise<Seen> {
    return {
      strange: await journal.strange(),
      told: reveal(journal.told(step.showValues)),
      pages: journal.shows(),
      failures: journal.failures().map(reveal),
    };
  }

  /** @throws CannotTell where the step did not see the product at all */
  async function failed(
    statement: Statement,
    cause: string,
    error: unknown,
    { strange, told, pages, failures }: Seen,
  ): Promise<StepEnd> {
    const [place] = pages.filter(({ url }) => thirdPartyOf(url) !== undefined);
    const thirdParty = place && thirdPartyOf(place.url);
    if (strange === undefined) {
      const locator = missedLocator(error);
      const event =
        (place?.status ?? 0) >= 400 ? 'wrong-status' : cause === 'budget' ? 'timeout' : 'wrong-shape';
      // What is there and is not as the plan compares it, such as a count, is about the target.
      if (thirdParty !== undefined && (event !== 'wrong-shape' || locator !== undefined))
        refuseThirdParty(thirdParty, event, `${wrongWords(statement)}; ${told}`);
      const missed = locator === undefined ? {} : { missed: { locator, pages } };
      const page = { failedRequests: [...failures], log: logOf(error).map(revealSaid) };
      return { ...end(statement, cause), around: told, ...missed, page };
    }
    const instead = new TargetUnreachable(strange.event, reveal(strange.detail), { by: 'browser' });
    return end(await noAnswerStatement(instead, 'page', budgetMs, run.control, thirdParty), 'no-answer');
  }

  async function judgeThrow(error: unknown): Promise<StepEnd> {
    const assertion = assertionOf(error);
    if (assertion) {
      const hidden = step.showValues === true ? assertion : conceal(assertion, { body: undefined, captured });
      return failed(hidden, 'page', error, await lookAround());
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
      const unreachable = new TargetUnreachable(event, reveal(line), {
        cause: error,
        by: 'browser',
        ...(url === undefined ? {} : { url }),
      });
      const thirdParty = url === undefined ? undefined : thirdPartyOf(url);
      return end(
        await noAnswerStatement(unreachable, 'answer', budgetMs, run.control, thirdParty),
        'no-answer',
      );
    }
    if (error instanceof Error && error.name === 'TimeoutError') {
      const measured = `${line}${waitedFor(error)}`;
      const statement: Statement = {
        name: 'page',
        ok: false,
        measured: shown(reveal(measured)),
        expected: 'there in time',
      };
      return failed(statement, 'page', error, await lookAround());
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

/** How many lines of Playwright's log a report shows. */
const LAST_LINES = 5;

/** The last lines of the call log in a Playwright error; none in others. */
function logOf(error: unknown): readonly string[] {
  const text = error instanceof Error ? withoutColours(error.message) : '';
  const at = text.search(/^Call log:/m);
  if (at < 0) return [];
  const lines = text.slice(at).split('\n').slice(1);
  return lines
    .map((line) => line.trim().replace(/^-\s+/, ''))
    .filter((line) => line !== '')
    .slice(-LAST_LINES)
    .map(shownLine);
}

/** ` (waiting for locator('#pay'))` out of the call log of a Playwright error. */
function waitedFor(error: unknown): string {
  const log = error instanceof Error ? withoutColours(error.message) : '';
  const match = /^\s*-\s+(waiting for [^\n]+)/m.exec(log);
  return match ? ` (${match[1]?.trim()})` : '';
}
