import { holds, type Statement } from '../../contract/flow/statement.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { CreatedData } from '../created-data.ts';
import type { Probed } from '../probe-finding.ts';
import { type FlagState, type FlagSurroundings, readFlags } from '../state/flag-readers.ts';
import { turnAndPutBack } from '../state/turn-and-put-back.ts';
import type { ProbeLook } from './probe-look.ts';

type FlagsProbe = Extract<Probe, { kind: 'flags' }>;

export const flagsLook: ProbeLook<FlagsProbe> = {
  mostAnswers: ({ source, flags, toggle }) =>
    (source.adapter === 'ofrep' ? source.keys * (Object.keys(flags).length + (toggle ? 1 : 0)) : 2) +
    (toggle === undefined ? 0 : 12),
  look: (probe, tools, { plan }, created) =>
    probeFlags(probe, { target: plan.target, tools, budgetMs: probe.budgetMs }, created),
};

/** Compares the flags with the plan; turns one only where all are as planned. @throws CannotTell */
export async function probeFlags(
  { source, flags, toggle }: FlagsProbe,
  around: FlagSurroundings,
  created: CreatedData,
): Promise<Probed> {
  const names = Object.keys(flags);
  const states = await readFlags(source, names, around);
  if (!names.some((name) => states.has(name))) {
    throw new CannotTell('no-such-flag', `none of the flags is there: ${names.join(', ')}`, {
      remedy: 'correct their names, or the source: it may be that of another system',
    });
  }
  const doubts = new Doubts();
  const statements: Statement[] = [];
  for (const name of names)
    await doubts.try(
      () => void statements.push(...flagStatements(name, flags[name] ?? { on: false }, states.get(name))),
    );
  doubts.raise(statements);
  const wrong = statements.some(({ ok }) => !ok);
  const turned = wrong || toggle === undefined ? [] : await tryToggle(source, toggle, around, created);
  return {
    statements: [...statements, ...turned],
    holds: `${names.length} flags are as planned${turned.length > 0 ? '; one was turned and put back' : ''}`,
    cause: wrong ? 'flag-state' : 'flag-does-not-turn',
    remedy: wrong
      ? 'set the flag as the plan wants it, or correct the plan; a cache may still have an old state'
      : 'turn the flag by hand and look at it: the ledger keeps what was not put back, and `greenlight sweep` tries again',
    sampleSize: names.length,
  };
}

function flagStatements(
  name: string,
  wanted: FlagsProbe['flags'][string],
  state: FlagState | undefined,
): readonly Statement[] {
  const { on, percent } = wanted;
  const word = on ? 'on' : 'off';
  if (state === undefined) return [holds(name, false, 'not there', word)];
  const partly = on && percent !== undefined && percent > 0 && percent < 100;
  if (partly && state.on !== undefined && mayBe(state.percent, percent))
    refuseFewKeys(name, state.on, percent);
  const statements = [
    // Some keys on and some off: that is how a part of everybody looks.
    state.on === undefined && partly
      ? holds(name, true, 'on for some', word)
      : holds(name, state.on === on, onWord(state.on), word),
  ];
  if (percent === undefined) return statements;
  if (state.percent === undefined) {
    throw new CannotTell('not-said', `the source does not say to which percentage "${name}" is rolled out`, {
      remedy: 'let the statement select it: … as percent',
    });
  }
  const { from, to } = state.percent;
  const measured = from === to ? from : `${from.toFixed(1)} to ${to.toFixed(1)}`;
  return [
    ...statements,
    { ...holds(`${name} rolled out`, from <= percent && percent <= to, measured, percent), unit: '%' },
  ];
}

/** Whether a percentage was only estimated, and may be that of the plan. */
function mayBe(seen: FlagState['percent'], percent: number): boolean {
  return seen !== undefined && seen.from !== seen.to && seen.from <= percent && percent <= seen.to;
}

/** All keys alike look as a flag does that is on or off for everybody. @throws CannotTell */
function refuseFewKeys(name: string, on: boolean, percent: number): never {
  throw new CannotTell(
    'too-few-keys',
    `"${name}" is ${onWord(on)} for all keys that were evaluated, which may be by chance at ${percent} %`,
    { remedy: 'raise source.keys' },
  );
}

function onWord(on: boolean | undefined): string {
  if (on === undefined) return 'on for some';
  return on ? 'on' : 'off';
}

/** `on`, `off`, or `on for some`. @throws CannotTell */
export async function readToggled(
  source: FlagsProbe['source'],
  flag: string,
  around: FlagSurroundings,
): Promise<string> {
  const state = (await readFlags(source, [flag], around)).get(flag);
  if (state !== undefined) return onWord(state.on);
  throw new CannotTell('no-such-flag', `the flag "${flag}" to be turned is not there`, {
    remedy: 'correct toggle.flag, or create it on the target',
  });
}

async function tryToggle(
  source: FlagsProbe['source'],
  toggle: NonNullable<FlagsProbe['toggle']>,
  around: FlagSurroundings,
  created: CreatedData,
): Promise<readonly Statement[]> {
  const { flag } = toggle;
  const before = await readToggled(source, flag, around);
  if (before !== 'on' && before !== 'off') {
    throw new CannotTell(
      'flag-in-part',
      `the flag "${flag}" to be turned is ${before}: it could not be put back so`,
      { remedy: 'turn one that is on or off for everybody' },
    );
  }
  // One key is enough to see it turned.
  const one = source.adapter === 'ofrep' ? { ...source, keys: 1 } : source;
  const to = before === 'on' ? 'off' : 'on';
  return turnAndPutBack({
    name: flag,
    read: () => readToggled(one, flag, around),
    before,
    to,
    turn: toggle[to],
    place: toggle,
    created,
    tools: around.tools,
    budgetMs: around.budgetMs,
  });
}
