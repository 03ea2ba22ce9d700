import type { EventId } from '../../contract/events/table.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { nextPageOf } from '../../contract/flow/next-page.ts';
import { keysOfPath, valueUnder } from '../../contract/flow/value-at.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import { atLeast, atMost, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { jsonWithSince, withSince } from '../../contract/plan/probes/since.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { doubtfulClock, isFar } from '../own-clock.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import { refuseThirdParty } from '../third-party.ts';
import { expectedWords, firstWrong, wrongWords } from '../words.ts';
import { evaluateDocument } from './evaluate-document.ts';
import type { ProbeLook } from './probe-look.ts';
import { momentOf } from './since-moment.ts';

type QueryProbe = Extract<Probe, { kind: 'query' }>;
type Question = Pick<QueryProbe, 'path' | 'query' | 'json'>;

export const queryLook: ProbeLook<QueryProbe> = {
  mostAnswers: ({ witness }) => (witness === undefined ? 1 : 2),
  look: (probe, tools) => probeQuery(probe, tools),
};

/**
 * Asks a third party and judges what it says about the target.
 * @throws CannotTell where it gives no answer that says something: its trouble is never the target's
 */
export async function probeQuery(probe: QueryProbe, tools: ProbeTools, now = Date.now()): Promise<Probed> {
  const since = momentOf(probe.since, now);
  if (probe.witness !== undefined) await refuseWithoutWitness(probe, probe.witness, tools, since, now);
  const answer = await answerTo(probe, probe, tools, since, now);
  const document = evaluateDocument(probe, answer.body);
  const wrong = firstWrong(document.statements);
  if (document.wrong === 'shape' && wrong !== undefined) {
    refuse(probe.endpoint, 'wrong-shape', `${wrong.name}: expected ${String(expectedWords(wrong))}`);
  }
  const counted = countStatements(probe, answer);
  return {
    statements: [...counted, ...document.statements],
    holds: `${probe.endpoint} says what is wanted${counted.length > 0 ? `: ${String(counted[0]?.measured)} counted` : ''}`,
    cause: 'comparison',
  };
}

/** @throws CannotTell where the third party gives no answer that says something */
async function answerTo(
  probe: QueryProbe,
  { path, query, json }: Question,
  tools: ProbeTools,
  since: number | undefined,
  now: number,
): Promise<ResponseView> {
  const filled = (text: string): string => (since === undefined ? text : withSince(text, since, now));
  const request = encodeRequest(
    {
      method: json === undefined ? 'GET' : 'POST',
      path: filled(path),
      query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, filled(value)])),
      ...(json !== undefined && { json: since === undefined ? json : jsonWithSince(json, since, now) }),
      endpoint: probe.endpoint,
      headers: readHeaders(probe.headers, resolveSecret),
    },
    tools.urls,
  );
  const asked = await ask(tools, request, `answer of ${probe.endpoint}`, probe.budgetMs);
  // That a third party gave no answer is thrown; only the target's silence is a statement.
  if ('none' in asked) return refuse(probe.endpoint, 'wrong-shape', wrongWords(asked.none));
  const { answer } = asked;
  refuseAnswer(probe.endpoint, answer);
  if (since !== undefined) refuseOtherClock(probe, answer);
  return answer;
}

/** @throws CannotTell where nothing is to be seen: then a count of nothing wrong shows nothing (law: nothing compared) */
async function refuseWithoutWitness(
  probe: QueryProbe,
  witness: NonNullable<QueryProbe['witness']>,
  tools: ProbeTools,
  since: number | undefined,
  now: number,
): Promise<void> {
  const answer = await answerTo(probe, witness, tools, since, now);
  const { counted } = countIn({ ...witness, endpoint: probe.endpoint }, witness.count, answer);
  refuseHalfAnswer(probe.endpoint, answer.body);
  const { statements } = evaluateDocument({ schema: witness.schema, showValues: false }, answer.body);
  const wrong = firstWrong(statements);
  const remedy = 'correct what the question selects, or find out why nothing of the target arrives there';
  if (counted >= witness.atLeast && wrong !== undefined)
    throw new CannotTell(
      'no-witness',
      `what ${probe.endpoint} answers to the witness is not as wanted (${wrong.name}: expected ${String(expectedWords(wrong))}): it may not see the target at all`,
      { remedy },
    );
  if (counted >= witness.atLeast) return;
  throw new CannotTell(
    'no-witness',
    `${probe.endpoint} counts ${counted} of what the witness asks for, and ${witness.atLeast} at least are wanted: it may not see the target at all`,
    { remedy },
  );
}

/** @throws CannotTell where the third party has another time than this machine: then it was asked for another span */
function refuseOtherClock({ since }: QueryProbe, { headers }: ResponseView): void {
  const ageMs = (Number.parseInt(headers['age'] ?? '0', 10) || 0) * 1000;
  const there = Date.parse(headers['date'] ?? '') + ageMs;
  const least = typeof since === 'object' ? (since.minutes * 60_000) / 2 : undefined;
  if (!Number.isNaN(there) && isFar(there, least)) throw doubtfulClock('since when it is asked', there);
}

/** @throws CannotTell for an answer that is no success, or no JSON */
function refuseAnswer(endpoint: string, { status, undecodable, body, headers }: ResponseView): void {
  if (status === 401 || status === 403) refuse(endpoint, 'not-let-in', `answered ${status}`);
  if (status < 200 || status > 299) refuse(endpoint, 'wrong-status', `answered ${status}`);
  if (undecodable !== undefined) refuse(endpoint, 'body-undecodable', undecodable);
  if (typeof body === 'string')
    refuse(endpoint, 'wrong-shape', `${headers['content-type'] ?? 'no content type'} instead of JSON`);
}

/** @throws CannotTell */
function refuse(endpoint: string, event: EventId, detail: string): never {
  refuseThirdParty(endpoint, event, detail);
  throw new Error(`the table of events holds "${event}" of a third party against the target`);
}

function countStatements(probe: QueryProbe, answer: ResponseView): readonly Statement[] {
  const { count, atMost: most, atLeast: least } = probe;
  if (count === undefined) return [];
  const { counted, more } = countIn(probe, count, answer);
  refuseHalfAnswer(probe.endpoint, answer.body);
  // Some say -1 for "not known".
  if (counted < 0 && (most ?? 0) >= 0 && (least ?? 0) >= 0)
    refuse(probe.endpoint, 'wrong-shape', `at ${count} is ${counted}, which counts nothing`);
  const name = count === '$' ? 'count' : `count at ${count}`;
  const statements = [
    ...(most === undefined ? [] : [atMost(name, counted, most)]),
    ...(least === undefined ? [] : [atLeast(name, counted, least)]),
  ];
  // There are more than these: too many stay too many, and enough stay enough, but nothing else is known.
  const settled = most === undefined ? statements.every(({ ok }) => ok) : counted > most;
  if (!more || settled) return statements;
  throw new CannotTell(
    'third-party',
    `the third party "${probe.endpoint}" gave only the first ${counted}, and says that there are more`,
    {
      remedy: 'ask for a total, or for a longer page (`limit`, `per_page`); it says nothing about the target',
    },
  );
}

/** @throws CannotTell where the body says itself that not all of it was looked through (Elasticsearch, OpenSearch) */
function refuseHalfAnswer(endpoint: string, body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const said = body as Readonly<Record<string, unknown>>;
  // Of a search over several clusters, one that is away is left out, and the rest is no error.
  const leftOut = [
    countAt(said['_shards'], 'failed'),
    ...['skipped', 'partial', 'failed'].map((what) => countAt(said['_clusters'], what)),
  ];
  if (said['timed_out'] === true || leftOut.some((count) => count > 0))
    refuse(endpoint, 'wrong-shape', 'it says that it has not looked through all of it');
}

function countAt(summary: unknown, what: string): number {
  if (typeof summary !== 'object' || summary === null) return 0;
  const count = (summary as Readonly<Record<string, unknown>>)[what];
  return typeof count === 'number' ? count : 0;
}

/** @throws CannotTell where neither a number nor a list is at the path */
function countIn(
  { endpoint, countOfNothing }: Pick<QueryProbe, 'endpoint' | 'countOfNothing'>,
  path: string,
  answer: ResponseView,
): { readonly counted: number; readonly more: boolean } {
  const keys = keysOfPath(path);
  let at: unknown = answer.body;
  let around: unknown;
  for (const key of keys) {
    around = at;
    // A log store that found nothing gives a list without entries, and not a zero.
    if (Array.isArray(at) && at.length === 0 && countOfNothing !== undefined)
      return { counted: countOfNothing, more: false };
    at = valueUnder(at, key);
  }
  if (Array.isArray(at))
    return { counted: at.length, more: nextPageOf(answer, path, at.length) !== undefined };
  // Elasticsearch stops counting, and says so beside the number.
  const more =
    typeof around === 'object' &&
    around !== null &&
    (around as Record<string, unknown>)['relation'] === 'gte';
  if (typeof at === 'number' || typeof at === 'bigint') return { counted: Number(at), more };
  // Prometheus and Loki write their numbers as text.
  if (typeof at === 'string' && /^-?\d+(?:\.\d+)?$/.test(at)) return { counted: Number(at), more };
  return refuse(endpoint, 'wrong-shape', `at ${path} is ${String(shapeOf(at))}, expected a number or a list`);
}
