import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { SpecReport } from '../../../contract/evidence/spec-report.ts';
import type { Policy } from '../../../contract/verdict/policy.ts';
import { judge } from '../../../reporters/judge.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { attempt, DECIDED, evidenceOf, found, planned } from './evidence-builders.ts';

const NONE: SpecReport['counts'] = {
  passed: 0,
  failed: 0,
  flaky: 0,
  unknown: 0,
  'expected-failure': 0,
  skipped: 0,
  'not-run': 0,
};

function specFinding(
  outcome: Finding['outcome'],
  extra: Partial<Finding>,
  report: Partial<SpecReport>,
): Finding {
  const spec: SpecReport = {
    files: ['e2e/basket.spec.ts'],
    addresses: [],
    counts: NONE,
    tests: [],
    more: 0,
    ...report,
  };
  return found('basket-works', outcome, { ...extra, detail: { kind: 'spec', spec } });
}

function verdictOf(finding: Finding, policy: Partial<Policy> = {}) {
  const green = finding.outcome === 'pass';
  return judge(
    evidenceOf(
      [planned('basket-works', { source: 'spec' }), planned('other-holds')],
      [
        attempt('other-holds'),
        attempt('basket-works', {
          status: green ? 'passed' : 'failed',
          errors: green ? [] : [{ message: 'FindingSaysNo: saw it', kind: 'finding' }],
          findings: [finding],
        }),
      ],
      { policy },
    ),
    DECIDED,
  );
}

describe('a spec that was flaky inside is flaky, and the policy says what that means', () => {
  test.each<readonly [string, Policy['flaky'], string]>([
    ['failed-then-passed', 'inconclusive', 'INCONCLUSIVE'],
    ['failed-then-passed', 'accept', 'GO'],
    ['failed-then-passed', 'no-go', 'NO_GO'],
    ['unclear-then-passed', 'no-go', 'INCONCLUSIVE'],
  ])('%s, %s: %s', (cause, flaky, decision) => {
    const finding = specFinding('unknown', { cause }, { counts: { ...NONE, passed: 1, flaky: 1 } });
    const verdict = verdictOf(finding, { flaky });
    expect(verdict.checks[0]).toMatchObject({ state: 'flaky', cause });
    expect(verdict.decision).toBe(decision);
  });

  test('no other finding can call itself flaky', () => {
    const finding = found('basket-works', 'unknown', { cause: 'failed-then-passed' });
    expect(verdictOf(finding, { flaky: 'accept' }).checks[0]?.state).toBe('unknown');
  });
});

describe('a pass is believed only where its tests agree', () => {
  test.each<readonly [string, SpecReport['counts'], string]>([
    ['they passed', { ...NONE, passed: 2, skipped: 1, 'expected-failure': 1 }, 'passed'],
    ['none passed', { ...NONE, skipped: 1 }, 'unknown'],
    ['one failed', { ...NONE, passed: 2, failed: 1 }, 'unknown'],
    ['one did not run', { ...NONE, passed: 2, 'not-run': 1 }, 'unknown'],
  ])('%s', (_, counts, state) => {
    expect(verdictOf(specFinding('pass', {}, { counts })).checks[0]?.state).toBe(state);
  });
});

test('page and terminal name each test that did not pass, and what it said, as text', () => {
  const hostile = '<b>basket</b>\u001b[31m';
  const verdict = verdictOf(
    specFinding(
      'fail',
      {},
      {
        addresses: ['https://shop.example.com'],
        counts: { ...NONE, failed: 1, passed: 3 },
        tests: [
          {
            title: hostile,
            project: 'chromium',
            at: 'basket.spec.ts:7',
            outcome: 'failed',
            error: 'expected 2',
          },
        ],
        more: 3,
      },
    ),
  );
  const page = renderers.html(verdict);
  expect(page).toContain('&lt;b&gt;basket&lt;/b&gt;');
  expect(page).toContain('<code>basket.spec.ts:7</code>');
  expect(page).toContain('https://shop.example.com');
  expect(page).toContain('and 3 more tests');
  const text = renderers.terminal(verdict);
  expect(text).toContain('basket-works  4 tests: 3 passed, 1 failed');
  expect(text).toContain('basket.spec.ts:7 "<b>basket</b>" failed: expected 2');
  expect(text).not.toContain('\u001b[31m');
});
