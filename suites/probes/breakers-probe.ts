import { valueAt } from '../../contract/flow/value-at.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { type BreakerState, breakerStateOf, breakerWords } from '../../contract/plan/probes/breakers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { CreatedData } from '../created-data.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { entriesIn } from '../state/entries-in.ts';
import { readAnswer, refuseValue } from '../state/read-document.ts';
import { turnAndPutBack } from '../state/turn-and-put-back.ts';
import type { ProbeLook } from './probe-look.ts';

type BreakersProbe = Extract<Probe, { kind: 'breakers' }>;

export const breakersLook: ProbeLook<BreakersProbe> = {
  mostAnswers: ({ trial }) => (trial === undefined ? 1 : 12),
  look: (probe, tools, _logIn, created) => probeBreakers(probe, tools, created),
};

/** Reads the state of every breaker; trips one only where all are closed. @throws CannotTell */
export async function probeBreakers(
  probe: BreakersProbe,
  tools: ProbeTools,
  created: CreatedData,
): Promise<Probed> {
  const { providers, trial } = probe;
  const states = await readBreakers(probe, tools);
  if (!providers.some((name) => states.has(name))) {
    throw new CannotTell(
      'no-such-breaker',
      `none of the providers is in the document: ${providers.join(', ')}`,
      {
        remedy: `correct providers; the document has: ${[...states.keys()].slice(0, 20).join(', ') || 'none'}`,
      },
    );
  }
  const doubts = new Doubts();
  const statements: Statement[] = [];
  for (const name of providers)
    await doubts.try(() => {
      const state = states.has(name) ? stateOf(probe, name, states.get(name)) : 'not there';
      statements.push(holds(name, state === 'closed', state, 'closed'));
    });
  doubts.raise(statements);
  const wrong = statements.some(({ ok }) => !ok);
  const tried = wrong || trial === undefined ? [] : await tryBreaker(probe, trial, tools, created);
  return {
    statements: [...statements, ...tried],
    holds: `the breakers of ${providers.length} providers are closed${tried.length > 0 ? `; that of ${trial?.provider} trips and closes again` : ''}`,
    cause: wrong ? 'breaker-not-closed' : 'breaker-does-not-turn',
    remedy: wrong
      ? 'ask the provider and see why calls to it fail: a breaker is open because they do, or because it is new and was never used'
      : 'trip and reset it by hand: the ledger keeps what was not reset, and `greenlight sweep` tries again',
  };
}

async function readBreakers(probe: BreakersProbe, tools: ProbeTools): Promise<ReadonlyMap<string, unknown>> {
  const answer = await readAnswer(probe, tools, probe.budgetMs);
  const { providers, trial } = probe;
  const wanted = trial === undefined ? providers : [...providers, trial.provider];
  return entriesIn(answer, probe.breakers, probe.name, wanted);
}

/** @throws CannotTell for a word that nobody named */
function stateOf(probe: BreakersProbe, name: string, entry: unknown): BreakerState {
  const said = valueAt(entry, probe.state);
  if (typeof said !== 'string' && typeof said !== 'number' && typeof said !== 'boolean')
    return refuseValue(`${name}.${probe.state}`, said, 'a word for its state');
  const state = breakerStateOf(String(said), probe.words);
  if (state !== undefined) return state;
  const known = Object.values(breakerWords(probe.words)).flat();
  throw new CannotTell(
    'unknown-word',
    `the breaker of ${name} is "${String(said).slice(0, 40)}", which means nothing to us`,
    {
      remedy: `say in words what it means; known are: ${known.join(', ')}`,
    },
  );
}

/** The state of the breaker that is tried. @throws CannotTell */
export async function readTried(
  probe: BreakersProbe,
  provider: string,
  tools: ProbeTools,
): Promise<BreakerState> {
  const states = await readBreakers(probe, tools);
  if (states.has(provider)) return stateOf(probe, provider, states.get(provider));
  throw new CannotTell('no-such-breaker', `the provider "${provider}" to be tried is not in the document`, {
    remedy: 'correct trial.provider, or let the target have a provider for tests',
  });
}

async function tryBreaker(
  probe: BreakersProbe,
  trial: NonNullable<BreakersProbe['trial']>,
  tools: ProbeTools,
  created: CreatedData,
): Promise<readonly Statement[]> {
  const { provider, trip } = trial;
  const read = (): Promise<string> => readTried(probe, provider, tools);
  const before = await read();
  if (before !== 'closed') {
    throw new CannotTell(
      'breaker-in-use',
      `the breaker of ${provider} is ${before} already, so tripping it shows nothing`,
      {
        remedy: 'reset it, and see who else uses it',
      },
    );
  }
  const turning = { name: provider, read, before, to: 'open', turn: trip, place: trial, created, tools };
  return turnAndPutBack({ ...turning, budgetMs: probe.budgetMs });
}
