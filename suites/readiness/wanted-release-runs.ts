import { randomUUID } from 'node:crypto';
import { cacheMark } from '../../contract/flow/cache-marks.ts';
import { allHold } from '../../contract/flow/evaluate.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import { encodeRequest, type RequestSpec, type WireRequest } from '../../contract/flow/http.ts';
import { compareRelease, isPlaceholder } from '../../contract/evidence/release-match.ts';
import { valueAt } from '../../contract/flow/value-at.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { loadRunContext } from '../../host/run-context.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';

/** Environment variables by which QA, starting Playwright by hand, says which release is wanted. */
const WANTED_ID_ENV = 'GREENLIGHT_RELEASE_ID';
const WANTED_COMMIT_ENV = 'GREENLIGHT_RELEASE_COMMIT';

/** Behind one address there may be several instances, and not all of them were replaced. */
const ASKED_TIMES = 6;

type ReleaseSource = NonNullable<Plan['target']['release']>;

/** The release that should be running; empty when nobody said. */
export interface Wanted {
  readonly id?: string;
  readonly commit?: string;
}

/** What the command line asks for; only without one, what stands in the environment. */
export function wantedRelease(env: NodeJS.ProcessEnv = process.env): Wanted {
  const context = loadRunContext(env);
  if (context) return context.wanted ?? {};
  const id = env[WANTED_ID_ENV];
  const commit = env[WANTED_COMMIT_ENV];
  return { ...(id ? { id } : {}), ...(commit ? { commit } : {}) };
}

/**
 * Asks the target several times, each time over a new connection, which release it runs and compares it with the wanted
 * one. Without a wanted release it records what runs. A document that does not say it leaves us not knowing: that is not
 * the release's fault.
 */
export async function wantedReleaseRuns(
  source: ReleaseSource,
  wanted: Wanted,
  tools: ProbeTools,
  budgetMs: number,
): Promise<Probed> {
  const nobodyAsked = wanted.id === undefined && wanted.commit === undefined;
  let statements: readonly Statement[] = [];
  let observed: Wanted = {};
  for (let asked = 0; asked < (nobodyAsked ? 1 : ASKED_TIMES); asked += 1) {
    const said = await askOnce(source, tools, budgetMs);
    if ('none' in said) return { statements: [said.none], holds: '', cause: 'no-answer' };
    observed = said.observed;
    statements = compare(wanted, observed);
    if (!allHold(statements)) break;
  }
  const says = [observed.id, observed.commit].filter(Boolean).join(' at ') || 'a release without a name';
  return {
    statements,
    holds: nobodyAsked
      ? `The target says it runs ${says}; no release was asked for`
      : `The wanted release runs: ${says} (asked ${ASKED_TIMES} times)`,
    cause: 'other-release',
    observedRelease: observed,
  };
}

async function askOnce(
  source: ReleaseSource,
  tools: ProbeTools,
  budgetMs: number,
): Promise<{ readonly observed: Wanted } | { readonly none: Statement }> {
  const asked = await askPastCaches(source, tools, budgetMs);
  if ('none' in asked) return asked;
  const { status, body } = asked.answer;
  if (status < 200 || status > 299) {
    throw new CannotTell('release-unknown', `the release document at ${source.path} answered ${status}`, {
      remedy: 'correct target.release.path, or let the target publish its release there',
    });
  }
  const observed: { id?: string; commit?: string } = {};
  for (const field of ['id', 'commit'] as const) {
    const path = source[field];
    if (path !== undefined) observed[field] = fieldOf(body, path, source.path);
  }
  return { observed };
}

/**
 * What a cache remembers is no evidence for or against the release that runs: it is asked again under an address that no
 * cache can know.
 */
async function askPastCaches(
  source: ReleaseSource,
  tools: ProbeTools,
  budgetMs: number,
): ReturnType<typeof ask> {
  const name = `release document at ${source.path}`;
  const request = (fresh: RequestSpec['query']): WireRequest =>
    encodeRequest(
      {
        method: 'GET',
        path: source.path,
        endpoint: source.endpoint,
        headers: {
          ...readHeaders(source.headers, resolveSecret),
          connection: 'close',
          'cache-control': 'no-cache',
          pragma: 'no-cache',
        },
        ...(fresh === undefined ? {} : { query: fresh }),
      },
      tools.urls,
    );
  const asked = await ask(tools, request(undefined), name, budgetMs);
  if ('none' in asked || cacheMark(asked.answer.headers) === undefined) return asked;
  const again = await ask(tools, request({ 'greenlight-fresh': randomUUID() }), name, budgetMs);
  const mark = 'none' in again ? undefined : cacheMark(again.answer.headers);
  if (mark === undefined) return again;
  throw new CannotTell(
    'release-cached',
    `the ${name} comes out of a cache (${mark}), also when asked past it, so it does not show what runs now`,
    { remedy: 'let the target send `cache-control: no-store` there, or exempt that path from the cache' },
  );
}

function compare(wanted: Wanted, observed: Wanted): Statement[] {
  if (wanted.id === undefined && wanted.commit === undefined) {
    return [holds('release', true, observed.id ?? observed.commit, 'any: no release was asked for')];
  }
  const compared = compareRelease(wanted, observed);
  if (compared.length === 0) {
    throw new CannotTell(
      'release-unknown',
      'what is wanted and what the target says have no field in common',
      {
        remedy:
          'name in target.release where the document has the id, the commit, or both, as they are asked for',
      },
    );
  }
  const unsaid = compared.find(({ state }) => state === 'unknown');
  if (unsaid !== undefined && compared.every(({ state }) => state !== 'other')) {
    if (unsaid.field === 'id' && isPlaceholder(unsaid.wanted)) {
      throw new CannotTell(
        'release-unknown',
        `the release ${JSON.stringify(unsaid.wanted)} was asked for, which names none; the target says it runs ${JSON.stringify(unsaid.said)}`,
        { remedy: 'give --release the name of the release that was switched on: a tag, and not a branch' },
      );
    }
    throw new CannotTell(
      'release-unknown',
      `the target says that its ${unsaid.field} is ${JSON.stringify(unsaid.said)}, which names no release; ${unsaid.wanted} was wanted`,
      {
        remedy: `let the build write its ${unsaid.field} into the release document, or leave \`${unsaid.field}\` out of target.release`,
      },
    );
  }
  return compared
    .filter(({ state }) => state !== 'unknown')
    .map((one) =>
      holds(one.field === 'id' ? 'release' : 'commit', one.state === 'same', one.said, one.wanted),
    );
}

function fieldOf(body: unknown, path: string, document: string): string {
  const value = valueAt(body, path);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  // Named and not filled in; a field that is not there at all is a wrong path.
  if (value === null) return '';
  throw new CannotTell(
    'release-unknown',
    `the release document at ${document} has no "${path}": ${String(shapeOf(body))}`,
    {
      remedy: 'correct the path in target.release',
    },
  );
}
