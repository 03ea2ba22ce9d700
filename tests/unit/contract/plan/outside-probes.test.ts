import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GreenlightError, type Problem } from '../../../../contract/errors.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';
import type { ProbeInput } from '../../../../contract/plan/probe.ts';
import { secret } from '../../../../contract/plan/secret.ts';

function problemsOf(probe: ProbeInput, allow?: PlanInput['allow']): readonly Problem[] {
  const plan: PlanInput = {
    target: {
      name: 'shop',
      urls: { app: 'http://127.0.0.1:3000' },
      thirdParties: { tracker: 'https://errors.example.net' },
    },
    probes: [probe],
    ...(allow && { allow }),
  };
  try {
    parsePlan(plan);
    return [];
  } catch (error) {
    if (error instanceof GreenlightError) return error.problems;
    throw error;
  }
}

const pathsOf = (problems: readonly Problem[]): readonly string[] => problems.map(({ path }) => path);

type Of<K extends ProbeInput['kind']> = Partial<Extract<ProbeInput, { kind: K }>>;

describe('a command', () => {
  const command = (over: Of<'command'> = {}): ProbeInput => ({
    kind: 'command',
    id: 'rollout-is-complete',
    title: 'x',
    program: 'kubectl',
    ...over,
  });
  const allowed = { commands: ['kubectl'] };

  test('runs where the plan allows it, in these words and no others', () => {
    expect(problemsOf(command(), allowed)).toEqual([]);
    for (const commands of [undefined, [], ['kubectl2'], ['/usr/bin/kubectl'], ['KUBECTL']]) {
      const [problem, ...more] = problemsOf(command(), commands && { commands });
      expect(more).toEqual([]);
      expect(problem).toMatchObject({ path: 'probes[0].program', value: '"kubectl"' });
      expect(problem?.remedy).toContain('allow: { commands: ["kubectl"] }');
    }
  });

  test.each<[string, Of<'command'>, string]>([
    ['a variable of ours', { env: { GREENLIGHT_PHASE: 'canary' } }, 'probes[0].env.GREENLIGHT_PHASE'],
    ['one of Node', { env: { NODE_OPTIONS: '--import x' } }, 'probes[0].env.NODE_OPTIONS'],
    ['the key that signs', { env: { KEY: secret('GREENLIGHT_SIGNING_KEY') } }, 'probes[0].env.KEY'],
    [
      'an exit code of two meanings',
      { exitCode: [0, 3], unknownExitCodes: [3] },
      'probes[0].unknownExitCodes',
    ],
    ['a broken pattern', { matches: '(' }, 'probes[0].matches'],
    ['a pattern that holds for nothing', { matches: 'x*' }, 'probes[0].matches'],
    [
      'a text beside the report of a suite',
      { report: { format: 'ctrf', file: 'r.json' }, contains: ['ok'] },
      'probes[0].contains',
    ],
    ['a broken pattern for doubt', { unknownWhen: '[' }, 'probes[0].unknownWhen'],
    ['a secret as an argument', { args: [secret('TOKEN')] as never }, 'probes[0].args[0]'],
    ['an exit code that no process has', { exitCode: 256 }, 'probes[0].exitCode'],
  ])('with %s is refused', (_, over, path) => {
    expect(pathsOf(problemsOf(command(over), allowed))).toEqual([path]);
  });
});

describe('a query', () => {
  const query = (over: Of<'query'> = {}): ProbeInput => ({
    kind: 'query',
    id: 'no-new-errors',
    title: 'x',
    endpoint: 'tracker',
    path: '/issues',
    ...over,
  });
  const counts = { count: '$', atMost: 0 };

  test('asks a third party and compares', () => {
    expect(problemsOf(query(counts))).toEqual([]);
    const since = { since: { minutes: 30 }, query: { from: '{since:ms}' } };
    expect(problemsOf(query({ ...counts, ...since }))).toEqual([]);
  });

  test.each<[string, Of<'query'>, readonly string[]]>([
    ['the target itself', { ...counts, endpoint: 'app' }, ['probes[0].endpoint']],
    ['nobody that the plan knows', { ...counts, endpoint: 'logs' }, ['probes[0].endpoint']],
    ['nothing', {}, ['probes[0]']],
    ['a count without a limit', { count: '$' }, ['probes[0].count']],
    ['a limit without a count', { atMost: 3, schema: z.unknown() }, ['probes[0].atMost']],
    ['comparisons of an answer of any shape', { expect: () => [] }, ['probes[0].expect']],
    ['a count that cannot be', { count: '$', atMost: 3, atLeast: 4 }, ['probes[0].atLeast']],
    ['since no moment', { ...counts, path: '/{since}' }, ['probes[0].since']],
    ['a moment that is asked nowhere', { ...counts, since: { minutes: 5 } }, ['probes[0].since']],
    [
      'a moment in a form that is none',
      { ...counts, since: { minutes: 5 }, query: { a: '{since}', b: '{since:us}' } },
      ['probes[0].query.b'],
    ],
    [
      'a moment of no zone',
      { ...counts, since: '2026-11-20T02:00:00', path: '/{since}' },
      ['probes[0].since'],
    ],
    ['what is no moment', { ...counts, since: 'yesterday', path: '/{since}' }, ['probes[0].since']],
  ])('for %s is refused', (_, over, paths) => {
    expect(pathsOf(problemsOf(query(over)))).toEqual(paths);
  });
});
