import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { type Loose, object } from '../../flow/loose.ts';
import { Expectation } from './expectation.ts';
import { headers, probeKind, probeSchema } from './probe-kind.ts';
import { placeholdersIn, Since, SINCE_FORMS, textsIn } from './since.ts';
import { ZodSchema } from './zod-schema.ts';

/** What is sent to a third party. */
const question = {
  /** Absolute path; `{since}` in it stands for the moment `since`. */
  path: z.string().startsWith('/'),
  /** Query of the address, name by name; `{since}` may stand in the values. */
  query: z.record(z.string().min(1), z.string()).default({}),
  /**
   * A body of JSON, in whose texts `{since}` may stand: then it is asked by POST, as search engines want it, else by GET.
   * It must only ask: what it changes there, nobody takes back.
   */
  json: z.json().optional(),
};

/** Shows that the question looks where something is to be seen. */
const Witness = z.strictObject({
  ...question,
  /** Where the number or the list stands in its answer, as `count` of the probe. */
  count: z.string().min(1),
  /** What is counted where the path leads into a list without entries. */
  countOfNothing: z.number().optional(),
  /** So much must be there; with less, the answer of the probe is unknown. */
  atLeast: z.number().positive().default(1),
  /** A zod schema: the shape that its answer must have besides; with another one, the answer of the probe is unknown. */
  schema: ZodSchema.optional(),
});

/** What a third party says about the target: an error tracker, a log store, a dashboard, a status page. */
const schema = probeSchema('query', {
  /** Whom to ask: a name in `target.thirdParties`. */
  endpoint: z.string().min(1),
  ...question,
  ...headers,
  /**
   * Since when it is asked: the moment of the cut-over, or so many minutes before now. In `path` and `query`,
   * `{since}` is this moment in ISO 8601, `{since:s}`, `{since:ms}` and `{since:ns}` are seconds, milliseconds and
   * nanoseconds since 1970, and `{since:age}` is how long ago it is, in seconds: `1800s`.
   */
  since: Since.optional(),
  /**
   * Where the number stands in the answer, or the list whose entries are counted: `hits.total.value`, `data.0.count`;
   * `$` is the answer itself.
   */
  count: z.string().min(1).optional(),
  /** What is counted where the path leads into a list without entries, as of a log store that found nothing. */
  countOfNothing: z.number().optional(),
  /** The most that may be counted. */
  atMost: z.number().optional(),
  /** The least that must be counted. */
  atLeast: z.number().optional(),
  /**
   * Another question, asked first, whose count shows that there is something to be seen: all lines of the service beside
   * its errors. Without it a store that knows nothing of the target counts no errors, and passes.
   */
  witness: Witness.optional(),
  /** A zod schema: the shape of the answer. Another one is unknown, because it is not the target's. */
  schema: ZodSchema.optional(),
  /** Comparisons of the answer, which are about the target: `({ body }) => [equal('state', body.state, 'ok')]`. */
  expect: Expectation.optional(),
  /** Shows the values that were compared. They may be data of customers; by default only their shape is shown. */
  showValues: z.boolean().default(false),
});
type Query = z.output<typeof schema>;

/** Asks a third party. Its trouble is never the target's. */
export const query = probeKind({
  schema,
  project: 'suites',
  shows: 'What the third party says about the target is within the limits and holds what the plan expects.',
  fails: 'It counts more than `atMost` or less than `atLeast`, or a comparison of `expect` does not hold.',
  unknown:
    'The third party is away, late, limits our rate, does not let us in, or answers in another shape; it gives only a part of the list; it has nothing of what `witness` asks for; or our own network is down.',
  example: {
    kind: 'query',
    id: 'no-new-errors',
    title: 'The error tracker has no new errors',
    endpoint: 'tracker',
    path: '/api/0/projects/acme/shop/issues/',
    query: { query: 'is:unresolved firstSeen:>{since}' },
    since: '2026-11-20T02:00:00Z',
    count: '$',
    atMost: 0,
  },
  problems: (probe, plan, path) => [
    ...endpointProblems(probe.endpoint, plan, path),
    ...comparesProblems(probe, path),
    ...sinceProblems(probe, path),
  ],
});

function endpointProblems(endpoint: string, plan: Loose, path: string): readonly Problem[] {
  const known = Object.keys(object(object(plan['target'])['thirdParties']));
  if (known.includes(endpoint)) return [];
  return [
    {
      path: `${path}.endpoint`,
      value: JSON.stringify(endpoint),
      problem: 'is no name in target.thirdParties',
      remedy:
        known.length === 0
          ? `add it: target.thirdParties: { ${JSON.stringify(endpoint)}: 'https://tracker.example.com' }`
          : `use one of: ${known.join(', ')}; or add it to target.thirdParties`,
    },
  ];
}

/** A query that compares nothing would pass whatever the answer says. */
function comparesProblems(probe: Query, path: string): readonly Problem[] {
  const { count, countOfNothing, atMost, atLeast, schema, expect } = probe;
  const limited = atMost !== undefined || atLeast !== undefined;
  const problems: Problem[] = [];
  if (count === undefined && schema === undefined && expect === undefined) {
    problems.push({
      path,
      value: 'no count, schema or expect',
      problem: 'compares nothing in the answer',
      remedy: "say what must hold: count: 'total', atMost: 0; or a schema, or expect",
    });
  }
  if (expect !== undefined && schema === undefined) {
    problems.push({
      path: `${path}.expect`,
      value: 'no schema',
      problem:
        'compares an answer of which nobody says what it looks like: trouble of the third party would count',
      remedy: 'add schema, a zod schema of what `expect` reads; an answer of another shape is then unknown',
    });
  }
  if ((count === undefined) === limited) {
    problems.push({
      path: `${path}.${count === undefined ? (atMost === undefined ? 'atLeast' : 'atMost') : 'count'}`,
      value: count === undefined ? String(atMost ?? atLeast) : JSON.stringify(count),
      problem: count === undefined ? 'limits a count that is not named' : 'is counted and has no limit',
      remedy: count === undefined ? "add count, such as 'hits.total.value'" : 'add atMost, atLeast or both',
    });
  }
  if (atMost !== undefined && atLeast !== undefined && atLeast > atMost) {
    problems.push({
      path: `${path}.atLeast`,
      value: String(atLeast),
      problem: `is more than atMost, ${atMost}: nothing can hold both`,
      remedy: 'exchange them, or leave one out',
    });
  }
  if (count === undefined && countOfNothing !== undefined) {
    problems.push({
      path: `${path}.countOfNothing`,
      value: String(countOfNothing),
      problem: 'has no meaning without count',
      remedy: 'add count, or drop it',
    });
  }
  return problems;
}

function sinceProblems({ since, witness, ...asked }: Query, path: string): readonly Problem[] {
  const texts = [
    ...textsOf(asked),
    ...(witness === undefined
      ? []
      : textsOf(witness).map(([key, text]) => [`witness.${key}`, text] as const)),
  ];
  const found = texts.flatMap(([key, text]) => placeholdersIn(text).map((one) => ({ key, ...one })));
  const wrong = found.filter(({ form }) => !SINCE_FORMS.includes(form));
  const problems: Problem[] = wrong.map(({ key, text }) => ({
    path: `${path}.${key}`,
    value: JSON.stringify(text),
    problem: 'is no form of {since}',
    remedy: `use one of: ${SINCE_FORMS.map((form) => `{since${form === '' ? '' : `:${form}`}}`).join(', ')}`,
  }));
  const [first] = found;
  if (first !== undefined && since === undefined) {
    problems.push({
      path: `${path}.since`,
      value: 'nothing',
      problem: `${first.key} asks since a moment that is not named`,
      remedy: "add since: '2026-11-20T02:00:00Z' (the cut-over), or since: { minutes: 30 }",
    });
  }
  if (first === undefined && since !== undefined) {
    problems.push({
      path: `${path}.since`,
      value: JSON.stringify(since),
      problem: 'is asked nowhere: neither path nor query nor json has {since}',
      remedy: 'put {since} where the third party takes the moment, or drop since',
    });
  }
  return problems;
}

/** All texts that are sent, with their place in the question. */
function textsOf({
  path,
  query,
  json,
}: Pick<Query, 'path' | 'query' | 'json'>): readonly (readonly [string, string])[] {
  return [
    ['path', path],
    ...textsIn(query).map(([way, text]) => [`query.${way}`, text] as const),
    ...textsIn(json).map(([way, text]) => [way === '' ? 'json' : `json.${way}`, text] as const),
  ];
}
