import { z } from 'zod';
import { Turn, turned, turnProblems } from '../switches.ts';
import { probeKind, probeSchema } from './probe-kind.ts';
import { DocumentPath, httpSource, sourceProblems } from './sources.ts';

/** The states of a circuit breaker. */
export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

const { adapter: _adapter, ...document } = httpSource;

const WORDS: Readonly<Record<BreakerState, readonly string[]>> = {
  closed: ['closed'],
  open: ['open'],
  'half-open': ['half-open'],
};

/** The circuit breaker of every provider is closed; and that of a test provider trips and closes again. */
export const breakers = probeKind({
  schema: probeSchema('breakers', {
    ...document,
    /** Where they stand in the document: a list, or an object with a breaker under each name. */
    breakers: DocumentPath.default('$'),
    /** In a list: where the name of the provider stands in an entry. */
    name: DocumentPath.default('provider'),
    /** Where the state stands in an entry; `$`: the entry itself is its state. */
    state: DocumentPath.default('state'),
    /** How the document says each state, in capitals or not, with `-`, `_` or nothing between words: `{ closed: ['ok'] }`. */
    words: z.partialRecord(z.enum(BREAKER_STATES), z.array(z.string().min(1)).min(1)).optional(),
    /** Whose breaker must be there, and closed. */
    providers: z.array(z.string().min(1)).min(1),
    /**
     * Trips the breaker of a provider that exists for tests, sees it open, and resets it. The ledger has it before, so that
     * it is reset also after a kill: by the next run, or by `greenlight sweep`. It needs `allow.breakers`.
     */
    trial: z
      .strictObject({
        /** Whose. None of `providers`: those carry what customers do. */
        provider: z.string().min(1),
        ...turned,
        /** Opens it. */
        trip: Turn,
        /** Closes it. */
        reset: Turn,
      })
      .optional(),
  }),
  project: 'suites',
  shows:
    'The circuit breaker of every provider is there and closed; that of the test provider trips and can be reset.',
  fails:
    'A breaker is open, half open or not there; or that of the test provider does not trip or close again.',
  unknown:
    'The document cannot be read, has another shape or unknown words, none of the providers is in it, or a third party does not turn what it keeps. What a third party says of a breaker is about the target.',
  example: {
    kind: 'breakers',
    id: 'breakers-are-closed',
    title: 'The circuit breakers of all providers are closed',
    path: '/admin/circuit-breakers',
    providers: ['stripe', 'square', 'twilio', 'fcm', 'apns'],
  },
  problems: (probe, plan, path) => {
    const { trial, providers, words } = probe;
    const all = Object.entries(breakerWords(words)).flatMap(([state, list]) =>
      list.map((word) => [plain(word), state] as const),
    );
    const twice = all.find(([word, state]) => all.some(([other, its]) => other === word && its !== state));
    return [
      ...sourceProblems(plan, { adapter: 'http', endpoint: probe.endpoint }, path),
      ...(twice === undefined
        ? []
        : [
            {
              path: `${path}.words`,
              value: JSON.stringify(twice[0]),
              problem: 'means two states',
              remedy: 'leave it in one of them',
            },
          ]),
      ...(trial === undefined
        ? []
        : turnProblems(plan, 'breakers', trial.provider, trial.endpoint, `${path}.trial`)),
      ...(trial !== undefined && providers.includes(trial.provider)
        ? [
            {
              path: `${path}.trial.provider`,
              value: JSON.stringify(trial.provider),
              problem: 'is one of providers: tripping it would stop what customers do',
              remedy: 'name a provider that exists for tests',
            },
          ]
        : []),
    ];
  },
});

/** The words of each state: those of the plan, or else those of the states themselves. */
export function breakerWords(
  words: Partial<Readonly<Record<BreakerState, readonly string[]>>> | undefined,
): Readonly<Record<BreakerState, readonly string[]>> {
  return { ...WORDS, ...words };
}

/** The state that a word means; undefined for one that nobody named. */
export function breakerStateOf(
  said: string,
  words: Partial<Readonly<Record<BreakerState, readonly string[]>>> | undefined,
): BreakerState | undefined {
  const known = breakerWords(words);
  return BREAKER_STATES.find((state) => known[state].some((word) => plain(word) === plain(said)));
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}
