import { expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { judge } from '../../../reporters/judge.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { renderStepSummary } from '../../../reporters/renderers/github/step-summary.ts';
import { attempt, DECIDED, evidenceOf, found, planned } from './evidence-builders.ts';

const FLOW = planned('visitor-can-register');
const EMPTY = (['state', 'table', 'redis'] as const).map((source) =>
  planned(`${source}-is-kept`, { source, project: 'data-checks' }),
);
const attempts = EMPTY.map(({ id }) =>
  attempt(id, { project: 'data-checks', findings: [found(id, 'pass', { sampleSize: 0 })] }),
);

test('checks that looked at nothing hold nothing up, and are not counted as passed', () => {
  const verdict = judge(evidenceOf([FLOW, ...EMPTY], [attempt(FLOW.id), ...attempts]), DECIDED);
  expect(verdict.decision).toBe('GO');
  expect(verdict.reason).toBe('1 of 4 blocking checks passed; 3 had nothing to look at');
  expect(verdict.counts.states).toMatchObject({ passed: 1, empty: 3 });
  expect(renderers.terminal(verdict)).toContain('Nothing to look at (3)');
  expect(renderers.html(verdict)).toContain('3 had nothing to look at');
  expect(renderers.html(verdict)).toContain('1 check is fine');
  expect(renderers.junit(verdict).match(/<skipped message="[^"]*nothing to look at/g)).toHaveLength(3);
  expect(renderStepSummary(verdict, '').match(/\| nothing to look at \|/g)).toHaveLength(3);
});

test('where nothing else passed, nothing is known', () => {
  const verdict = judge(evidenceOf(EMPTY, attempts), DECIDED);
  expect(verdict.decision).toBe('INCONCLUSIVE');
});

test('one object is enough, and a finding that does not say how many is a pass', () => {
  const [state, table] = EMPTY;
  const counted = [
    attempt(state!.id, { project: 'data-checks', findings: [found(state!.id, 'pass', { sampleSize: 1 })] }),
    attempt(table!.id, { project: 'data-checks', findings: [found(table!.id, 'pass')] }),
  ];
  const verdict = judge(evidenceOf([state!, table!], counted), DECIDED);
  expect(verdict.checks.map((check) => check.state)).toEqual(['passed', 'passed']);
});

test('a verdict of an older version, which does not count them, can still be read', () => {
  const verdict = judge(evidenceOf([FLOW], [attempt(FLOW.id)]), DECIDED);
  const { empty: _empty, ...states } = verdict.counts.states;
  const parsed = Verdict.parse({ ...verdict, counts: { ...verdict.counts, states } });
  expect(parsed.counts.states.empty).toBe(0);
});
