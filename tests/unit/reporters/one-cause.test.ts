import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../../contract/evidence/evidence.ts';
import { judge } from '../../../reporters/judge.ts';
import { renderGithubAnnotations } from '../../../reporters/renderers/github/annotations.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { attempt, DECIDED, evidenceOf, failing, found, planned } from './evidence-builders.ts';

const REFUSED = 'connect ECONNREFUSED 10.0.0.7:5432';
const TABLES = Array.from({ length: 39 }, (_, index) => `table-${index + 1}-preserved`);
const MANIFEST = [planned('home-page-answers'), ...TABLES.map((id) => planned(id, { source: 'table' }))];

/** A check that one thing kept from looking. */
function kept(check: string, reason = REFUSED, remedy = 'Start the database'): Attempt {
  const summary = `The old database could not be asked for ${check}: ${reason}`;
  return attempt(check, {
    status: 'failed',
    errors: [{ message: 'FindingSaysNo', kind: 'finding' }],
    findings: [found(check, 'unknown', { cause: 'port-unavailable', summary, remedy })],
  });
}

function judged(attempts: readonly Attempt[]) {
  return judge(evidenceOf(MANIFEST, [attempt('home-page-answers'), ...attempts]), DECIDED);
}

describe('one cause', () => {
  test.each([
    ['a database that refuses', TABLES.map((id) => kept(id)), REFUSED],
    ['a run that ended early', [], 'was required and never started'],
    [
      'checks that were skipped',
      TABLES.map((id) =>
        attempt(id, {
          status: 'skipped',
          findings: [],
          errors: [{ message: 'no data here', kind: 'other' }],
        }),
      ),
      'no data here',
    ],
  ])('of many silent checks is told once: %s', (_name, attempts, text) => {
    const verdict = judged(attempts);
    expect(verdict.decision).toBe('INCONCLUSIVE');
    const reasons = verdict.reasons.filter((reason) => reason.includes(text));
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain('39 checks');
    expect(reasons[0]).toContain('table-1-preserved');
    // Nothing is lost: every check stands in the verdict, and on the page.
    expect(verdict.checks.filter(({ state }) => state !== 'passed')).toHaveLength(39);
    const [section] = renderers.terminal(verdict).split('All checks');
    expect(section?.split('\n').filter((line) => line.includes(text)).length).toBeLessThanOrEqual(2);
    for (const id of TABLES) expect(renderers.html(verdict)).toContain(id);
  });

  test('of two kinds is told twice, and a few are told one by one', () => {
    const [one, two, ...rest] = TABLES as [string, string, ...string[]];
    const verdict = judged([
      kept(one, 'permission denied', 'Grant select'),
      kept(two, 'permission denied', 'Grant select'),
      ...rest.slice(0, 20).map((id) => kept(id)),
      ...rest.slice(20).map((id) => kept(id, 'password authentication failed', 'Correct the password')),
    ]);
    expect(verdict.reasons.filter((reason) => reason.includes('permission denied'))).toHaveLength(2);
    expect(verdict.reasons.filter((reason) => reason.includes('checks could not tell'))).toHaveLength(2);
  });

  test('never gathers failures: each is a finding about the target', () => {
    const verdict = judged(TABLES.map((id) => failing(id, {}, { summary: 'rows are missing' })));
    expect(verdict.decision).toBe('NO_GO');
    expect(verdict.reasons).toHaveLength(39);
  });

  test('is no failure: one that was seen beside it is told first', () => {
    const [one, ...rest] = TABLES as [string, ...string[]];
    const verdict = judged([
      failing(one, {}, { summary: 'rows are missing' }),
      ...rest.map((id) => kept(id)),
    ]);
    expect(verdict).toMatchObject({
      decision: 'NO_GO',
      reason: `Statement ${one} (${one}): rows are missing`,
    });
    expect(verdict.reasons).toHaveLength(2);
  });
});

describe('what is marked as an error', () => {
  const flaky = [failing('a'), attempt('a', { retry: 1 })];
  test.each<[string, Parameters<typeof evidenceOf>, string, string]>([
    [
      'an accepted flaky check of a GO',
      [[planned('a')], flaky, { policy: { flaky: 'accept' } }],
      'warning',
      'skipped',
    ],
    ['a flaky check that counts', [[planned('a')], flaky], 'error', 'failure'],
    ['an advisory failure', [[planned('a', { severity: 'advisory' })], [failing('a')]], 'warning', 'skipped'],
    [
      'what does not apply and must',
      [[planned('a')], [attempt('a', { findings: [found('a', 'not-applicable')] })]],
      'error',
      'failure',
    ],
  ])('is the same for GitHub and JUnit: %s', (_name, given, annotation, junit) => {
    const verdict = judge(evidenceOf(...given), DECIDED);
    expect(renderGithubAnnotations(verdict)).toContain(`::${annotation} title=Statement a (a)`);
    const [, own] = renderers.junit(verdict).split('name="a"');
    expect(own).toContain(`<${junit}`);
  });

  test('is told once on GitHub for one cause, where ten lines are shown', () => {
    const text = renderGithubAnnotations(judged(TABLES.map((id) => kept(id))));
    expect(text.split('\n').filter((line) => line.includes(REFUSED))).toHaveLength(2);
  });
});
