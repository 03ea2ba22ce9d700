import { describe, expect, test } from 'vitest';
import type { Fragment } from '../../../contract/evidence/fragment.ts';
import { Policy } from '../../../contract/verdict/policy.ts';
import { Evidence } from '../../../contract/evidence/evidence.ts';
import { assembleEvidence } from '../../../run/run-evidence.ts';
import type { SessionEnd } from '../../../run/runner.ts';

const AT = '2026-11-21T09:00:00.000Z';

const RUN: Parameters<typeof assembleEvidence>[0] = {
  head: {
    schema: 'greenlight/evidence@1',
    run: { id: 'r1', nonce: 'n', phase: 'post-cutover', startedAt: AT, endedAt: null, tools: {} },
    subject: { target: 'shop', urls: { app: 'http://127.0.0.1:1' }, wanted: null },
    planDigest: 'sha256:a',
    policy: Policy.parse({}),
    policyDigest: 'sha256:b',
  },
  manifest: [],
  shared: undefined,
  request: {
    cwd: '/',
    env: {},
    phase: 'post-cutover',
    wanted: null,
    output: 'report',
    keepGoing: false,
  },
};

const FRAGMENT: Fragment = {
  schema: 'greenlight/fragment@1',
  run: 'r1',
  session: 0,
  final: true,
  report: { projects: ['suites'], startedAt: AT, endedAt: AT, status: 'passed', announced: 1, ended: 1 },
  attempts: [],
  faults: [],
};

function end(rest: Partial<SessionEnd>): SessionEnd {
  return {
    projects: ['suites'],
    startedAt: AT,
    endedAt: AT,
    exitCode: 0,
    signal: null,
    cut: undefined,
    fragment: FRAGMENT,
    fragmentProblem: undefined,
    lastLines: [],
    ...rest,
  };
}

function evidence(session: SessionEnd): Evidence {
  const stages = { sessions: [session], notStarted: [], faults: [] };
  return Evidence.parse(assembleEvidence(RUN, stages, { faults: [], leftovers: [], endedAt: AT }));
}

describe('the evidence of a session', () => {
  test('that came to its end has no fault', () => {
    expect(evidence(end({}))).toMatchObject({ faults: [], sessions: [{ status: 'passed', exitCode: 0 }] });
  });

  test.each([
    [
      'left no record',
      { fragment: undefined, fragmentProblem: 'it is not there', lastLines: ['boom'] },
      'incomplete',
      'boom',
    ],
    ['was never finished', { fragment: { ...FRAGMENT, final: false } }, 'incomplete', 'cut short'],
    ['was killed', { signal: 'SIGKILL' as const, exitCode: null }, 'runner', 'SIGKILL'],
    ['was interrupted', { cut: 'interrupted' as const }, 'interrupted', 'interrupted'],
    ['ran out of time', { cut: 'deadline' as const }, 'deadline', 'deadline'],
  ])('that %s says so', (_, rest, kind, words) => {
    const [fault] = evidence(end(rest)).faults;
    expect(fault).toMatchObject({ kind, message: expect.stringContaining(words) as string });
  });

  test('of a part of the checks says so', () => {
    const narrowed = { ...RUN, request: { ...RUN.request, grep: 'orders' } };
    const stages = { sessions: [end({})], notStarted: [], faults: [] };
    const { faults } = assembleEvidence(narrowed, stages, { faults: [], leftovers: [] });
    expect(faults).toEqual([{ kind: 'incomplete', message: expect.stringContaining('orders') as string }]);
  });
});
