import { expect, test } from 'vitest';
import { dueChecks, hasWork, policyOfDue } from '../../../../contract/history/due.ts';
import type { RunRecord } from '../../../../contract/history/run-record.ts';
import type { PlannedCheck } from '../../../../contract/plan/checks.ts';
import { type Group, Policy } from '../../../../contract/verdict/policy.ts';
import { checkRecord, runRecord } from '../../../history/run-record.ts';

const check = (id: string, different: Partial<PlannedCheck> = {}): PlannedCheck => ({
  id,
  title: id,
  source: 'probe',
  project: 'suites',
  severity: 'blocking',
  mayNotApply: false,
  sampleFloor: 0,
  ...different,
});

const answers = check('target-answers', { source: 'built-in', project: 'readiness' });
const often = check('often', { every: '5m' });
const hourly = check('hourly', { every: '1h' });
const manifest = [answers, often, hourly];

const time = (minute: number, second = 0): string =>
  new Date(Date.UTC(2026, 10, 30, 10, minute, second)).toISOString();
const passed = (id: string) => checkRecord({ id });

/** A pass at 10:00 in which everything held, unless told otherwise. */
const whole = (different: Partial<RunRecord> = {}): RunRecord =>
  runRecord({ startedAt: time(0), checks: manifest.map(({ id }) => passed(id)), ...different });

function due(
  records: readonly RunRecord[],
  startedAt: string,
  {
    of = manifest,
    groups = [],
    subject = {},
  }: { of?: PlannedCheck[]; groups?: Group[]; subject?: object } = {},
): readonly string[] {
  const answer = dueChecks(of, groups, records, {
    startedAt,
    planDigest: 'sha256:0',
    wanted: null,
    ...subject,
  });
  expect(answer.due.length + answer.notDue.length).toBe(of.length);
  return answer.due.map(({ id }) => id);
}

test('a check that passed is due again after its time, and a start a few seconds early counts', () => {
  expect(due([], time(0))).toEqual(['target-answers', 'often', 'hourly']);
  expect(due([whole()], time(4, 31))).toEqual(['target-answers', 'often']);
  expect(due([whole()], time(4, 0))).toEqual(['target-answers']);
  expect(due([whole()], time(59, 5))).toEqual(['target-answers', 'often', 'hourly']);
  const { notDue } = dueChecks(manifest, [], [whole()], {
    startedAt: time(5),
    planDigest: 'sha256:0',
    wanted: null,
  });
  expect(notDue).toEqual([
    { id: 'hourly', title: 'hourly', last: { run: 'r1', at: time(0), outcome: 'pass' }, dueAt: time(60) },
  ]);
});

test('when nothing is due there is no work, and only what the target brings is left', () => {
  const early = dueChecks(manifest, [], [whole()], {
    startedAt: time(2),
    planDigest: 'sha256:0',
    wanted: null,
  });
  expect(hasWork(early)).toBe(false);
  expect(hasWork({ due: [answers, often], notDue: [] })).toBe(true);
});

test.each(['fail', 'unknown', 'not-run'] as const)(
  'a check that says %s is asked by every pass',
  (outcome) => {
    const records = [whole({ checks: [passed('often'), checkRecord({ id: 'hourly', outcome })] })];
    expect(due(records, time(1))).toContain('hourly');
  },
);

test('a result of another plan, another wanted or running release, or from the future stands for nothing', () => {
  const all = ['target-answers', 'often', 'hourly'];
  expect(due([whole()], time(2), { subject: { planDigest: 'sha256:1' } })).toEqual(all);
  expect(due([whole()], time(2), { subject: { wanted: { id: '2' } } })).toEqual(all);
  expect(due([whole({ startedAt: time(30) })], time(2))).toEqual(all);
  const moved = runRecord({
    run: 'r2',
    startedAt: time(5),
    observed: { id: '3' },
    checks: [passed('often')],
  });
  expect(due([whole(), moved], time(6))).toEqual(['target-answers', 'hourly']);
});

test('steps go with their flow, and members of a group with each other', () => {
  const step = check('mail-arrives', { source: 'flow', partOf: 'register', every: '1h' });
  const flow = check('register', { source: 'flow', every: '1h' });
  const records = [
    whole({ checks: [passed('register'), checkRecord({ id: 'mail-arrives', outcome: 'fail' })] }),
  ];
  expect(due(records, time(1), { of: [flow, step] })).toEqual(['register', 'mail-arrives']);
  const group = { id: 'g', title: 'g', checks: ['often', 'hourly'], minimumRatio: 1, minimumCount: 1 };
  expect(due([whole()], time(5), { groups: [group] })).toEqual(['target-answers', 'often', 'hourly']);
});

test('a pass with advisory checks alone takes the blocking one along whose turn comes first', () => {
  const shown = check('shown', { severity: 'advisory' });
  const soon = check('soon', { every: '30m' });
  const of = [answers, hourly, soon, shown];
  const records = [whole({ checks: of.map(({ id }) => passed(id)) })];
  expect(due(records, time(5), { of })).toEqual(['target-answers', 'soon', 'shown']);
});

test('an answer that was no GO is not over because nothing is due: what the target brings is asked again', () => {
  const other = checkRecord({ id: 'target-answers', outcome: 'fail' });
  const of = [answers, hourly];
  const bad = whole({ decision: 'NO_GO', checks: [other, passed('hourly')] });
  expect(due([bad], time(5), { of })).toEqual(['target-answers', 'hourly']);
  // Also where the plan has nothing that decides.
  const shown = check('shown', { severity: 'advisory', every: '1h' });
  const showing = whole({ decision: 'INCONCLUSIVE', checks: [other, passed('shown')] });
  expect(due([showing], time(5), { of: [answers, shown] })).toEqual(['target-answers', 'shown']);
  // One is enough, and after a GO there is nothing to ask.
  const two = [answers, hourly, check('daily', { every: '24h' })];
  const both = whole({ decision: 'NO_GO', checks: [other, passed('hourly'), passed('daily')] });
  expect(due([both], time(5), { of: two })).toEqual(['target-answers', 'hourly']);
  expect(due([bad, whole({ run: 'r2', startedAt: time(5) })], time(6), { of })).toEqual(['target-answers']);
});

test('what is left out takes its pass from the least count, and nothing where it never was one', () => {
  const policy = Policy.parse({ minimumPassed: 2 });
  const of = [often, hourly];
  const least = (outcome: 'pass' | 'not-applicable'): number => {
    const records = [whole({ checks: [passed('often'), checkRecord({ id: 'hourly', outcome })] })];
    const checks = dueChecks(of, [], records, { startedAt: time(5), planDigest: 'sha256:0', wanted: null });
    expect(checks.notDue.map(({ id }) => id)).toEqual(['hourly']);
    return policyOfDue(policy, of, checks).minimumPassed;
  };
  expect([least('pass'), least('not-applicable')]).toEqual([1, 2]);
});

test('a result of a run with a fault of its own stands for nothing, and a check that could not tell is its own matter', () => {
  const lost = { cause: 'interrupted', reason: 'the lease of the target was lost', checks: [] };
  const broken = whole({ decision: 'INCONCLUSIVE', blind: [lost] });
  expect(due([broken], time(5))).toEqual(['target-answers', 'often', 'hourly']);
  const unsure = whole({
    decision: 'INCONCLUSIVE',
    blind: [{ cause: 'no-route', reason: 'no route', checks: ['often'] }],
    checks: [checkRecord({ id: 'often', outcome: 'unknown' }), passed('hourly')],
  });
  expect(due([unsure], time(5))).toEqual(['target-answers', 'often']);
  const left = { cause: 'clean-up', reason: 'test data is left', checks: [] };
  expect(due([whole({ decision: 'INCONCLUSIVE', blind: [left] })], time(5))).toEqual([
    'target-answers',
    'often',
  ]);
});
