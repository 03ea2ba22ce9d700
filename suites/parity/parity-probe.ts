import type { Probe, TwinRequest } from '../../contract/probe.ts';
import type { Statement } from '../../contract/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import type { Probed } from '../probe-finding.ts';
import { askNew, askOld, nameOf, type TwinHeaders, type TwinTools } from './ask-twins.ts';
import {
  type AnsweredRound,
  type ComparedAnswers,
  compareAnswers,
  type FieldDifference,
} from './compare-answers.ts';
import { fieldsOf } from './fields.ts';

type ParityProbe = Extract<Probe, { kind: 'parity' }>;

const CONFIDENCE = 0.95;
/** Of one request, in the sentence that people read. */
const SHOWN_DIFFERENCES = 5;

/**
 * Asks old, new and old again the same, and compares status, headers and every field. A request of which nothing could
 * be compared is never passed over: the whole answer is then unknown, unless another one differs.
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
  for (const request of probe.requests) {
    try {
      const seen = await compareRequest(probe, request, headers, ignore, tools);
      if ('none' in seen) {
        statements.push(seen.none);
        continue;
      }
      statements.push(statementOf(request, seen.compared, probe));
      fields += seen.compared.compared;
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
    holds: `${statements.length} of ${statements.length} requests are answered as on old: ${fields} fields in ${probe.rounds} rounds. ${likeThese(statements.length)}${leftOut(noise, probe)}`,
    ...(worst === undefined
      ? {}
      : {
          wrong: `${wrong.length} of ${probe.requests.length} requests are answered otherwise than on old; ${worst.name}: ${String(worst.measured)}`,
          remedy: 'mend new, or name the field in `ignore` with the reason why it may differ',
        }),
    cause: 'answers-differ',
    sampleSize: statements.length * probe.rounds,
  };
}

async function compareRequest(
  probe: ParityProbe,
  request: TwinRequest,
  headers: TwinHeaders,
  ignore: ReadonlySet<string>,
  tools: TwinTools,
): Promise<{ readonly compared: ComparedAnswers } | { readonly none: Statement }> {
  const rounds: AnsweredRound[] = [];
  for (let round = 0; round < probe.rounds; round += 1) {
    const old = await askOld(request, headers, probe, tools);
    const asked = await askNew(request, headers, probe, tools);
    if ('none' in asked) return asked;
    const oldAgain = await askOld(request, headers, probe, tools);
    rounds.push({
      old: fieldsOf(old, tools.oldUrls, probe.compareHeaders),
      new: fieldsOf(asked.answer, tools.urls, probe.compareHeaders),
      oldAgain: fieldsOf(oldAgain, tools.oldUrls, probe.compareHeaders),
    });
  }
  const compared = compareAnswers(rounds, ignore);
  if (compared.different.length > 0) return { compared };
  if (compared.noise.includes('status')) {
    throw new CannotTell(
      'old-is-unsteady',
      `${nameOf(request)}: old answers with now this status, now that`,
      {
        remedy: 'leave this request out, or repair old',
      },
    );
  }
  if (compared.comparedOfBody === 0 && compared.noise.some((path) => path.startsWith('$'))) {
    throw new CannotTell(
      'nothing-compared',
      `${nameOf(request)}: all of the body differs between two answers of old, so nothing of it can be compared`,
      { remedy: "ask for a document with fields (JSON), or ignore '$' to compare status and headers only" },
    );
  }
  return { compared };
}

function statementOf(request: TwinRequest, compared: ComparedAnswers, probe: ParityProbe): Statement {
  const { different } = compared;
  const texts = different
    .slice(0, SHOWN_DIFFERENCES)
    .map((one) => `${inWords(one, probe.showValues)}${one.times > 1 ? ` (${one.times} times)` : ''}`);
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
  if (showValues || !path.startsWith('$') || path.endsWith('.length')) return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return 'another number';
  return typeof value === 'string' ? `a text of ${value.length} characters` : 'an empty object';
}

/** Clopper and Pearson's bound for no difference among so many. */
function likeThese(requests: number): string {
  const most = 1 - (1 - CONFIDENCE) ** (1 / requests);
  return `Of requests like these at most ${(most * 100).toFixed(0)} % differ, with a confidence of ${CONFIDENCE * 100} %.`;
}

function leftOut(noise: ReadonlySet<string>, { ignore }: ParityProbe): string {
  const ignored = ignore.map(({ path, because }) => `${path} (${because})`);
  return [
    ...(noise.size > 0 ? [` Not compared, because old differs from itself: ${[...noise].join(', ')}.`] : []),
    ...(ignored.length > 0 ? [` Ignored: ${ignored.join(', ')}.`] : []),
  ].join('');
}
