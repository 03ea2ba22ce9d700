import { encodeRequest } from '../../contract/flow/http.ts';
import { atLeast, equal, type Statement } from '../../contract/flow/statement.ts';
import { placesOf } from '../../contract/plan/addresses.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { LIGHTHOUSE_CATEGORIES, type LighthouseCategory } from '../../contract/plan/probes/lighthouse.ts';
import type { Target } from '../../contract/plan/target.ts';
import { type LighthouseResult, runLighthouse } from '../adapters/lighthouse/lighthouse.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { BrowserSession } from '../page-session.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { wrongWords } from '../words.ts';
import { askFollowing, MOST_REDIRECTS, REDIRECTS } from './follow-redirects.ts';
import { refuseElsewhere } from './open-page.ts';
import type { BrowserLook } from './probe-look.ts';

type LighthouseProbe = Extract<Probe, { kind: 'lighthouse' }>;

const MOST_NAMED = 3;
/** Lighthouse shows audits from here on as passed. */
const PASSED = 0.9;

export const lighthouseLook: BrowserLook<LighthouseProbe> = {
  mostAnswers: ({ paths, runs, runMs, budgetMs }) =>
    paths.length * (1 + MOST_REDIRECTS + Math.ceil((runs * runMs) / budgetMs)),
  lookIn: probeLighthouse,
};

/** The median of one category of a page. */
interface Median {
  readonly statement: Statement;
  /** What kept the score down, the worst first: `Largest Contentful Paint (12.3 s)`. */
  readonly worst: readonly string[];
}

/** Lets Lighthouse look at each page, one after the other. @throws CannotTell */
export async function probeLighthouse(
  browsers: Pick<BrowserSession, 'startForTool'>,
  probe: LighthouseProbe,
  tools: ProbeTools,
  target: Target,
  look: typeof runLighthouse = runLighthouse,
): Promise<Probed> {
  const doubts = new Doubts();
  const pages: { readonly path: string; readonly url: string }[] = [];
  const missing: Statement[] = [];
  for (const path of probe.paths) {
    const there = await doubts.try(() => pageAt(path, probe, tools));
    if (there === undefined) continue;
    if ('none' in there) missing.push(there.none);
    else pages.push({ path, url: there.url });
  }
  if (missing.length > 0) {
    doubts.raise(missing);
    return { statements: missing, holds: '', cause: 'no-page' };
  }
  const medians: Median[] = [];
  for (const page of pages) {
    const runs = await doubts.try(() => runsOn(page.url, probe, tools, browsers, target, look));
    if (runs === undefined) continue;
    for (const category of LIGHTHOUSE_CATEGORIES) {
      const least = probe.atLeast[category];
      if (least === undefined) continue;
      const median = await doubts.try(() => medianOf(probe, page.path, category, least, runs));
      if (median !== undefined) medians.push(median);
    }
  }
  const statements = medians.map(({ statement }) => statement);
  // What this machine cannot tell hides no fault that it can.
  doubts.raise(statements);
  const wrong = medians.find(({ statement }) => !statement.ok);
  return {
    statements,
    holds: statements.map(({ name, measured }) => `${name}: ${String(measured)}`).join('; '),
    cause: 'score',
    ...(wrong !== undefined && {
      wrong: `${wrongWords(wrong.statement)}${wrong.worst.length > 0 ? `; worst: ${wrong.worst.join(', ')}` : ''}`,
      remedy: `mend what it names; all of it shows: npx lighthouse <address> --view${probe.device === 'desktop' ? ' --preset=desktop' : ''}`,
    }),
  };
}

/**
 * Asked before, because Lighthouse says of whatever goes wrong no more than that something did.
 * @throws CannotTell where it leads to another site
 */
async function pageAt(
  path: string,
  { endpoint, budgetMs }: LighthouseProbe,
  tools: ProbeTools,
): Promise<{ readonly url: string } | { readonly none: Statement }> {
  const request = encodeRequest({ method: 'GET', path, endpoint }, tools.urls);
  const name = `status of ${path}`;
  const asked = await askFollowing({ status: 200, budgetMs }, tools, request, name);
  if ('none' in asked) return asked;
  const location = REDIRECTS.includes(asked.answer.status) ? asked.answer.headers['location'] : undefined;
  if (location !== undefined && URL.canParse(location, request.url))
    refuseElsewhere(path, new URL(location, request.url).href, endpoint, tools);
  const status = equal(name, asked.answer.status, 200);
  return status.ok ? { url: request.url } : { none: status };
}

/**
 * In a browser of its own: what was too late for one page does not go on beside the next one.
 * @throws CannotTell where a look says nothing
 */
async function runsOn(
  url: string,
  { atLeast: wanted, device, endpoint, runs, runMs }: LighthouseProbe,
  tools: ProbeTools,
  browsers: Pick<BrowserSession, 'startForTool'>,
  target: Target,
  look: typeof runLighthouse,
): Promise<readonly LighthouseResult[]> {
  const categories = LIGHTHOUSE_CATEGORIES.filter((category) => wanted[category] !== undefined);
  const results: LighthouseResult[] = [];
  const browser = await browsers.startForTool(placesOf(target));
  try {
    for (let run = 0; run < runs; run += 1) {
      const result = await within(runMs, look({ url, port: browser.port, categories, device }));
      const { runtimeError, finalDisplayedUrl } = result;
      if (runtimeError !== undefined)
        throw new CannotTell(
          'lighthouse-error',
          `Lighthouse could not look at ${url}: ${runtimeError.code}: ${firstLine(runtimeError.message)}`,
          {
            remedy:
              'run again while this machine is not busy; open the page in a browser to see what it does',
          },
        );
      refuseElsewhere(new URL(url).pathname, finalDisplayedUrl, endpoint, tools);
      results.push(result);
    }
  } finally {
    await browser.close();
  }
  return results;
}

/** @throws CannotTell for what Lighthouse throws, and where it takes too long */
async function within(runMs: number, look: Promise<LighthouseResult>): Promise<LighthouseResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new CannotTell('lighthouse-late', `Lighthouse was not done within ${runMs} ms`, {
            remedy: 'raise runMs, or run while this machine is not busy',
          }),
        ),
      runMs,
    );
  });
  try {
    return await Promise.race([look, late]);
  } catch (error) {
    // A missing package names the command that installs it.
    if (error instanceof CannotTell || (error as { code?: unknown }).code === 'PART_MISSING') throw error;
    throw new CannotTell('lighthouse-error', `Lighthouse ended with an error: ${firstLine(error)}`, {
      cause: error,
      remedy: 'run again while this machine is not busy',
    });
  } finally {
    clearTimeout(timer);
  }
}

/** @throws CannotTell where Lighthouse gives no score, or this machine is too slow for it */
function medianOf(
  { benchmarkAtLeast }: LighthouseProbe,
  path: string,
  category: LighthouseCategory,
  least: number,
  runs: readonly LighthouseResult[],
): Median {
  const name = `${category} of ${path}`;
  const scored = runs.flatMap((run) => {
    const score = run.categories[category]?.score;
    return typeof score === 'number' ? [{ run, score: Math.round(score * 100) }] : [];
  });
  if (scored.length < runs.length) {
    const error = runs
      .flatMap((run) => Object.values(run.audits))
      .find((one) => one.errorMessage !== undefined);
    throw new CannotTell(
      'no-score',
      `${name}: Lighthouse gave no score${error === undefined ? '' : `: ${error.title}: ${firstLine(error.errorMessage)}`}`,
      {
        remedy: 'run again while this machine is not busy',
      },
    );
  }
  const median = middleOf(scored);
  const statement = atLeast(name, median.score, least, 'of 100');
  // What a slow machine pulled down may be any higher score, and so may the median.
  const slow = scored.filter(
    ({ run, score }) => score < least && run.environment.benchmarkIndex < benchmarkAtLeast,
  );
  const best = middleOf(scored.map((one) => (slow.includes(one) ? { ...one, score: 100 } : one)));
  if (category === 'performance' && !statement.ok && best.score >= least)
    throw new CannotTell(
      'slow-machine',
      `${wrongWords(statement)}; but this machine is too slow or too busy to say so (benchmarkIndex ${slowest(slow)}, wanted ${benchmarkAtLeast})`,
      {
        remedy:
          'run on a quicker machine, or while nothing else runs here; benchmarkAtLeast says what is quick enough',
      },
    );
  return { statement, worst: worstOf(category, median.run) };
}

interface Scored {
  readonly run: LighthouseResult;
  readonly score: number;
}

/** Of an even number the lower of the two in the middle: what is doubtful does not pass. */
function middleOf(scored: readonly Scored[]): Scored {
  const median = [...scored].sort((a, b) => a.score - b.score)[Math.ceil(scored.length / 2) - 1];
  if (median === undefined) throw new Error('there was no run of Lighthouse');
  return median;
}

function slowest(scored: readonly Scored[]): number {
  return Math.round(Math.min(...scored.map(({ run }) => run.environment.benchmarkIndex)));
}

/** The audits that took most from a score. */
function worstOf(category: LighthouseCategory, { categories, audits }: LighthouseResult): readonly string[] {
  return (categories[category]?.auditRefs ?? [])
    .flatMap(({ id, weight }) => {
      const audit = audits[id];
      return weight > 0 && audit?.score != null && audit.score < PASSED
        ? [{ ...audit, lost: (1 - audit.score) * weight }]
        : [];
    })
    .sort((a, b) => b.lost - a.lost)
    .slice(0, MOST_NAMED)
    .map(({ title, displayValue }) => (displayValue === undefined ? title : `${title} (${displayValue})`));
}
