import { type Place, placeOf } from '../../contract/plan/addresses.ts';
import { concealWithin } from '../../contract/flow/conceal.ts';
import { allHold, evaluateResponse } from '../../contract/flow/evaluate.ts';
import { eventOfText } from '../../contract/events/codes.ts';
import type { Captured, PageStep, RequestStep, Step } from '../../contract/flow/flow.ts';
import { encodeRequest, HARMLESS_METHODS } from '../../contract/flow/http.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { type ShownPage, shownPage } from '../page-journal.ts';
import { drivePage } from './drive-page.ts';
import { callPlan, type FlowRun, type Missed, type OldPage, PAGE_WITHIN_MS } from './flow-run.ts';
import { type AwaitedLocator, awaitedLocator } from './locator-miss.ts';

/** How long asking the old system may take in all, in milliseconds. */
export const ASK_OLD_WITHIN_MS = 20_000;
/** With less time than this a step was not really tried there. */
const LEAST_TRY_MS = 3000;

/** Why the old system could not be asked the same. */
class NotComparable extends Error {
  override readonly name = 'NotComparable';
}

/**
 * Asks whether the old system lacks as well what a page step did not find on new: then the flow is mistaken, and not
 * the release. The flow up to that step is repeated there in a page that only reads.
 * @returns for the summary of the failure: that old has it, or why it could not be asked; undefined where nobody asked
 * @throws CannotTell where the same step finds nothing on the old system either
 */
export async function refuseMissOfBoth(
  step: PageStep,
  missed: Missed,
  captured: Captured,
  run: FlowRun,
): Promise<string | undefined> {
  // A page that is broken lacks what it lacks because of that, whatever old does.
  if (run.openOldPage === undefined || missed.pages.some(({ status = 0 }) => status >= 500)) return undefined;
  const revealed = (line: string): string =>
    step.showValues === true ? line : concealWithin(line, captured);
  let old: OldPage | undefined;
  try {
    const here = standing(missed.pages, 'new', run);
    old = await run.openOldPage();
    const opened = old;
    const body = (): ReturnType<typeof repeatFlow> => repeatFlow(step, opened, captured, run);
    const there = await (run.stage?.('the same on the old system', body, () => undefined) ?? body());
    refuseAsked(old);
    if (there === undefined || (there.found && there.locator === missed.locator))
      return 'the old system has it';
    const met = await old.journal.strange();
    if (met !== undefined) throw new NotComparable(`there it meets ${met.detail}`);
    if (there.locator !== missed.locator)
      throw new NotComparable(`there the step waits for ${there.locator}`);
    if (standing(there.pages, 'old', run) !== here)
      throw new NotComparable(`there the step stands on ${there.pages.map(shownPage).join(', ')}`);
  } catch (error) {
    // Whatever happened there, the step did not hold here.
    return revealed(`not compared with the old system: ${reasonOf(error, old)}`);
  } finally {
    await old?.close().catch(() => undefined);
  }
  throw new CannotTell(
    'missed-on-old-too',
    `step "${step.id}": nothing matches ${revealed(missed.locator)}, and the same step finds nothing on the old system either: the flow, not the release`,
    {
      remedy:
        'correct the step in the plan; where the release brings something that old never had, give the flow a plan without target.old.urls',
    },
  );
}

function reasonOf(error: unknown, old: OldPage | undefined): string {
  const [refused] = old?.refused() ?? [];
  return refused === undefined ? firstLine(error) : refusedWords(refused);
}

function refuseAsked(old: OldPage): void {
  const [refused] = old.refused();
  if (refused !== undefined) throw new NotComparable(refusedWords(refused));
}

function refusedWords(refused: string): string {
  return `it is only read, and the step wanted to send ${refused}`;
}

/**
 * Where pages stand, in words that are the same on both sides: by endpoint, path below its base, and status.
 * @throws NotComparable for a page that is at none of that side's own addresses
 */
function standing(pages: readonly ShownPage[], side: 'new' | 'old', run: FlowRun): string {
  const of = (urls: Readonly<Record<string, string>>): Place[] =>
    Object.entries(urls).map(([name, url]) => ({
      name,
      url,
      headers: {},
      thirdParty: run.thirdParties?.has(name) === true,
    }));
  const sides = { new: of(run.urls), old: of(run.oldUrls ?? {}) };
  return pages
    .map((page) => {
      const place = placeOf(page.url, [...sides.new, ...sides.old]);
      if (place === undefined || place.thirdParty || !sides[side].includes(place))
        throw new NotComparable(
          `the step stands on ${shownPage(page)}, which is no address of the ${side} system`,
        );
      const below = new URL(page.url).pathname.slice(new URL(place.url).pathname.replace(/\/+$/, '').length);
      return `${place.name} ${below.replace(/\/+$/, '')} ${page.status ?? 'none'}`;
    })
    .join('\n');
}

/** @returns what the step waited for there in vain; undefined where it held */
async function repeatFlow(
  last: PageStep,
  old: OldPage,
  before: Captured,
  run: FlowRun,
): Promise<(Missed & AwaitedLocator) | undefined> {
  const until = performance.now() + ASK_OLD_WITHIN_MS;
  const leftMs = (budgetMs: number): number => {
    const left = until - performance.now();
    if (left < LEAST_TRY_MS) throw new NotComparable(`it took longer than ${ASK_OLD_WITHIN_MS / 1000} s`);
    return Math.min(left, budgetMs);
  };
  let captured = before;
  for (const step of run.flow.steps) {
    if (step.id === last.id && step.kind === 'page') break;
    captured = { ...captured, ...(await repeatStep(step, old, captured, leftMs, run)) };
  }
  const tried = await tryPage(last, old, captured, leftMs, run);
  if ('value' in tried) return undefined;
  const awaited = awaitedLocator(tried.error);
  if (awaited === undefined) throw new NotComparable(`there the step ends otherwise${eventIn(tried.error)}`);
  return { ...awaited, pages: tried.pages };
}

/** @returns what the step captures there @throws NotComparable where it does not hold, or may not be repeated */
async function repeatStep(
  step: Step,
  old: OldPage,
  captured: Captured,
  leftMs: (budgetMs: number) => number,
  run: FlowRun,
): Promise<Captured> {
  switch (step.kind) {
    case 'given':
      return {};
    case 'observe':
      if (step.capture === undefined) return {};
      throw new NotComparable(`the flow needs what the observation "${step.id}" finds on new`);
    case 'request':
      return repeatRequest(step, old, captured, leftMs, run);
    case 'page': {
      const tried = await tryPage(step, old, captured, leftMs, run);
      if ('value' in tried) return tried.value ?? {};
      throw new NotComparable(`there the step "${step.id}" does not hold${eventIn(tried.error)}`);
    }
  }
}

async function repeatRequest(
  step: RequestStep,
  old: OldPage,
  captured: Captured,
  leftMs: (budgetMs: number) => number,
  run: FlowRun,
): Promise<Captured> {
  const ctx = { ...run.context, captured };
  const spec = callPlan(`the request of step "${step.id}"`, () => step.request(ctx));
  const endpoint = spec.endpoint ?? 'app';
  // What somebody else said is the same for both.
  if (run.thirdParties?.has(endpoint) === true) return {};
  if (step.creates !== undefined || !HARMLESS_METHODS.includes(spec.method))
    throw new NotComparable(`it is only read, and the step "${step.id}" sends ${spec.method}`);
  if (run.oldUrls?.[endpoint] === undefined) throw new NotComparable(`it has no address "${endpoint}"`);
  const answer = await old.application.send(
    encodeRequest(spec, run.oldUrls),
    leftMs(step.budgetMs ?? run.budgetMs),
  );
  const judged = evaluateResponse(step, captured, answer);
  if (!allHold(judged.statements)) throw new NotComparable(`there the step "${step.id}" does not hold`);
  return judged.captured;
}

type Tried =
  | { readonly value: Captured | undefined }
  | { readonly error: unknown; readonly pages: readonly ShownPage[] };

async function tryPage(
  step: PageStep,
  old: OldPage,
  captured: Captured,
  leftMs: (budgetMs: number) => number,
  run: FlowRun,
): Promise<Tried> {
  const drive = await drivePage(
    step,
    old.page,
    { ...run.context, captured },
    leftMs(step.budgetMs ?? PAGE_WITHIN_MS),
  );
  if (drive.ended !== 'late' && 'value' in drive.ended) return drive.ended;
  const pages = old.journal.shows();
  const error = drive.ended === 'late' ? await drive.end(old.close) : drive.ended.error;
  return { error, pages };
}

/** ` (net::ERR_CONNECTION_REFUSED at …)`, where it was no answer. */
function eventIn(error: unknown): string {
  const line = firstLine(error);
  return eventOfText(line) === undefined ? '' : ` (${line})`;
}
