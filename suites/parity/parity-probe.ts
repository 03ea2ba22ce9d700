import { ExactNumber } from '../../contract/flow/exact-json.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { ParityRequest } from '../../contract/plan/probes/parity.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { Probed } from '../probe-finding.ts';
import { askNew, askOld, nameOf, type TwinHeaders, type TwinTools } from './ask-twins.ts';
import {
  type AnsweredRound,
  BELIEVED,
  type ComparedAnswers,
  compareAnswers,
  type FieldDifference,
} from './compare-answers.ts';
import { fieldsOf } from './fields.ts';

type ParityProbe = Extract<Probe, { kind: 'parity' }>;

const CONFIDENCE = 0.95;
/** Differences that might be chance are asked about so often, or as often as the plan says or many requests need. */
const MOST_ROUNDS = 10;
/** So many show every steady difference; asked only so that all of them can be told. */
const ENOUGH_ROUNDS = 5;
/** Of one request, in the sentence that people read. */
const SHOWN_DIFFERENCES = 5;

/**
 * Asks old, new and old again the same, and compares status, headers and every field. Differences that might be chance
 * are asked about again. A request of which nothing could be compared is never passed over: the whole answer is then unknown, unless another one differs.
 */
export async function probeParity(
  probe: ParityProbe,
  headers: TwinHeaders,
  tools: TwinTools,
): Promise<Probed> {
  const ignore = new Set(probe.ignore.map(({ path }) => path));
  const statements: Statement[] = [];
  const noise = new Set<string>();
  const unclear: CannotTell[] = [];
  let fields = 0;
  let rounds = 0;
  for (const request of probe.requests) {
    try {
      const seen = await compareRequest(probe, request, headers, ignore, tools);
      if ('none' in seen) {
        statements.push(seen.none);
        continue;
      }
      statements.push(statementOf(request, seen.compared, probe));
      fields += seen.compared.compared;
      rounds += seen.rounds;
      for (const path of seen.compared.noise) noise.add(`${nameOf(request)} ${path}`);
    } catch (error) {
      // One that cannot be told must not hide that another one differs.
      if (!(error instanceof CannotTell)) throw error;
      unclear.push(error);
    }
  }
  const [first] = unclear;
  if (first !== undefined && statements.every(({ ok }) => ok)) {
    const more = unclear.length > 1 ? ` (and ${unclear.length - 1} more requests)` : '';
    throw new CannotTell(first.word, `${first.message}${more}`, {
      cause: first,
      ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
    });
  }
  const wrong = statements.filter(({ ok }) => !ok);
  const [worst] = wrong;
  return {
    statements,
    holds: `${statements.length} of ${statements.length} requests are answered as on old: ${fields} fields in ${rounds} rounds. ${likeThese(statements.length)}${leftOut(noise, probe)}`,
    ...(worst === undefined
      ? {}
      : {
          wrong: `${wrong.length} of ${probe.requests.length} requests are answered otherwise than on old; ${worst.name}: ${String(worst.measured)}`,
          remedy: 'mend new, or name the field in `ignore` with the reason why it may differ',
        }),
    cause: 'answers-differ',
    sampleSize: rounds,
  };
}

async function compareRequest(
  probe: ParityProbe,
  request: ParityRequest,
  headers: TwinHeaders,
  ignore: ReadonlySet<string>,
  tools: TwinTools,
): Promise<{ readonly compared: ComparedAnswers; readonly rounds: number } | { readonly none: Statement }> {
  // Each of many requests may differ by chance.
  const believed = BELIEVED / probe.requests.length;
  const mostRounds = Math.max(MOST_ROUNDS, Math.ceil(Math.log(1 / believed) / Math.log(3)) + 1);
  const rounds: AnsweredRound[] = [];
  const statuses = new Set<number>();
  let compared: ComparedAnswers;
  do {
    const old = await askOld(request, headers, probe, tools);
    const asked = await askNew(request, headers, probe, tools);
    if ('none' in asked) return asked;
    const oldAgain = await askOld(request, headers, probe, tools);
    statuses.add(old.status).add(oldAgain.status);
    rounds.push({
      old: fieldsOf(old, tools.oldUrls, probe.compareHeaders),
      new: fieldsOf(asked.answer, tools.urls, probe.compareHeaders),
      oldAgain: fieldsOf(oldAgain, tools.oldUrls, probe.compareHeaders),
    });
    compared = compareAnswers(rounds, ignore, believed);
  } while (
    rounds.length < probe.rounds ||
    (compared.unclear.length > 0 &&
      rounds.length < (compared.different.length > 0 ? ENOUGH_ROUNDS : mostRounds))
  );
  if (compared.different.length > 0) return { compared, rounds: rounds.length };
  refuseDoubt(request, compared, statuses);
  return { compared, rounds: rounds.length };
}

/** @throws CannotTell when answers without a proven difference do not show either that they are equal */
function refuseDoubt(request: ParityRequest, compared: ComparedAnswers, statuses: ReadonlySet<number>): void {
  const name = nameOf(request);
  if (statuses.size > 1) {
    throw new CannotTell('old-is-unsteady', `${name}: old answers with now this status, now that`, {
      remedy: 'leave this request out, or repair old',
    });
  }
  const [unclear] = compared.unclear;
  if (unclear !== undefined) {
    throw new CannotTell(
      'perhaps-chance',
      `${name}: ${unclear.path} differs ${unclear.times} of ${unclear.of} times, which may be chance or a fault that shows now and then`,
      { remedy: 'raise `rounds`, or name the field in `ignore` with the reason why it may differ' },
    );
  }
  const [status = 0] = statuses;
  if (request.status === undefined ? status < 200 || status > 299 : status !== request.status) {
    throw new CannotTell(
      'old-refuses',
      `${name}: old itself answers ${status}${request.status === undefined ? '' : ` and not ${request.status}`}, so both sides only agree in not serving it`,
      {
        remedy: `mend the path or renew the credentials in \`headers\`; where ${status} is meant, write \`status: ${status}\` beside the path`,
      },
    );
  }
  const noiseOfBody = compared.noise.filter((path) => path.startsWith('$') && !path.endsWith('.length'));
  if (noiseOfBody.length > compared.steadyOfBody) {
    throw new CannotTell(
      'nothing-compared',
      compared.steadyOfBody === 0
        ? `${name}: all of the body differs between two answers of old, so nothing of it can be compared`
        : `${name}: most of the body differs between two answers of old (${noiseOfBody.length} of ${noiseOfBody.length + compared.steadyOfBody} fields), so little of it can be compared`,
      {
        remedy: 'ask for a document with steady fields (JSON), or ignore those that change, with the reason',
      },
    );
  }
}

function statementOf(request: ParityRequest, compared: ComparedAnswers, probe: ParityProbe): Statement {
  const { different } = compared;
  const texts = different
    .slice(0, SHOWN_DIFFERENCES)
    .map((one) => `${inWords(one, probe.showValues)} (${one.times} of ${one.of} times)`);
  const more = different.length - texts.length;
  return {
    name: nameOf(request),
    ok: different.length === 0,
    measured:
      different.length === 0 ? 'as on old' : `${texts.join('; ')}${more > 0 ? `; ${more} more fields` : ''}`,
    expected: 'as on old',
  };
}

function inWords({ path, old, new: fresh }: FieldDifference, showValues: boolean): string {
  if (typeof old === 'string' && typeof fresh === 'string' && path.startsWith('$') && !showValues) {
    const at = old.split('').findIndex((character, index) => character !== fresh[index]);
    return `${path} is another text from character ${(at === -1 ? old.length : at) + 1} on (${fresh.length} characters, ${old.length} on old)`;
  }
  return `${path} is ${shownValue(path, fresh, showValues)} instead of ${shownValue(path, old, showValues)}`;
}

/** Status and headers as they are. Of a body only the kind: what it says may be about customers. */
function shownValue(path: string, value: unknown, showValues: boolean): string {
  if (value === undefined) return 'missing';
  if (showValues || !path.startsWith('$') || path.endsWith('.length'))
    return value instanceof ExactNumber ? value.text : JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || value instanceof ExactNumber) return 'another number';
  return typeof value === 'string' ? `a text of ${value.length} characters` : 'an empty object';
}

/** Clopper and Pearson's bound for no difference among so many. */
function likeThese(requests: number): string {
  const most = 1 - (1 - CONFIDENCE) ** (1 / requests);
  return `If they are a fair sample, at most ${(most * 100).toFixed(0)} % of all requests differ, with a confidence of ${CONFIDENCE * 100} %.`;
}

function leftOut(noise: ReadonlySet<string>, { ignore }: ParityProbe): string {
  const ignored = ignore.map(({ path, because }) => `${path} (${because})`);
  return [
    ...(noise.size > 0 ? [` Not compared, because old differs from itself: ${[...noise].join(', ')}.`] : []),
    ...(ignored.length > 0 ? [` Ignored: ${ignored.join(', ')}.`] : []),
  ].join('');
}
