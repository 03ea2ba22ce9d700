import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parsePlan, type Plan } from '../../../contract/plan/plan.ts';
import { coverageProblems } from '../../../examples/coverage/coverage-problems.ts';
import type { Coverage } from '../../../examples/coverage/mapping.ts';
import { countCovers, renderCoverage } from '../../../examples/coverage/render.ts';
import { type DocumentStatement, statementsOf } from '../../../examples/coverage/statements.ts';
import { coverage as ils } from '../../../examples/ils-kubernetes/coverage.ts';
import ilsPlan from '../../../examples/ils-kubernetes/greenlight.config.mts';
import { coverage as mhp } from '../../../examples/mhp-azure/coverage.ts';
import mhpPlan from '../../../examples/mhp-azure/greenlight.config.mts';
import { coverage as samia } from '../../../examples/samia-tarot/coverage.ts';
import samiaPlan from '../../../examples/samia-tarot/greenlight.config.mts';

const EXAMPLES: readonly {
  readonly id: string;
  readonly input: unknown;
  readonly coverage: Coverage;
  readonly count: number;
}[] = [
  { id: 'mhp-azure', input: mhpPlan, coverage: mhp, count: 45 },
  { id: 'ils-kubernetes', input: ilsPlan, coverage: ils, count: 131 },
  { id: 'samia-tarot', input: samiaPlan, coverage: samia, count: 82 },
];
const folder = path.resolve(import.meta.dirname, '../../../examples');

describe.each(EXAMPLES)('$id', ({ id, input, coverage, count }) => {
  const statements = statementsOf(id);
  let plan: Plan;
  beforeAll(() => {
    plan = parsePlan(input);
  });

  test('has a place for every statement of its document, and each place is in the plan', () => {
    expect(statements.length).toBe(count);
    expect(coverageProblems(statements, plan, coverage)).toEqual([]);
  });

  test('COVERAGE.md says so', () => {
    const file = path.join(folder, id, 'COVERAGE.md');
    const page = renderCoverage(id, statements, plan, coverage);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page);
    expect(readFileSync(file, 'utf8'), 'run it with UPDATE_DOCS=1').toBe(page);
    const counts = countCovers(statements, coverage);
    expect(Object.values(counts).reduce((sum, one) => sum + one, 0)).toBe(count);
  });

  test('a mapping that is wrong is refused', () => {
    const [first] = statements;
    const lacking: DocumentStatement = {
      ...(first as DocumentStatement),
      id: 'x-1',
      text: 'Nobody thought of it',
    };
    const problems = (more: Coverage): readonly string[] =>
      coverageProblems([...statements, lacking], plan, { ...coverage, ...more });
    expect(problems({})).toEqual(['x-1: "Nobody thought of it" goes nowhere']);
    expect(problems({ 'x-1': { check: 'no-such-check' } })).toEqual([
      'x-1: the plan has no check "no-such-check" in phase preflight',
    ]);
    expect(problems({ 'x-1': { statement: 'nobody-asks' } })).toEqual([
      'x-1: the policy of phase preflight asks for no statement "nobody-asks"',
    ]);
    expect(problems({ 'x-1': { policy: 'watch.advisory', note: '' } })).toEqual([
      'x-1: the policy says nothing about "watch.advisory" in preflight',
    ]);
    // A success is announced in the one plan and in the other not; mails of templates in neither.
    expect(problems({ 'x-1': { announce: 'status-page' } })).toEqual([
      'x-1: no step of the runbook runs "greenlight announce --kind status-page"',
    ]);
    expect(problems({ 'x-1': { command: 'history --summary yearly' } })).toEqual([
      'x-1: no step of the runbook runs "greenlight history --summary yearly"',
    ]);
    expect(
      problems({ 'x-1': { later: 'The night', note: 'x' }, 'x-2': { later: 'The night', note: 'x' } }),
    ).toEqual(['x-2: is no statement of the document']);
  });

  test('a check is only good for the phase in which the plan plans it', () => {
    const moved = statements.map((one) => ({ ...one, phase: 'canary' as const }));
    const checked = Object.values(coverage).filter((cover) => 'check' in cover).length;
    const problems = coverageProblems(moved, plan, coverage).filter((one) => one.includes('in phase canary'));
    expect(problems.length).toBeGreaterThanOrEqual(checked / 2);
  });
});

describe('who is told', () => {
  const [first] = statementsOf('samia-tarot');
  const statement: DocumentStatement = { ...(first as DocumentStatement), id: 'x-1' };
  const problems = (
    told: { readonly kind: string; readonly urgency: 'critical' | 'warning'; readonly to: readonly string[] },
    about: { readonly phase?: 'synthetic' | 'rollback'; readonly input?: unknown } = {},
  ): readonly string[] => {
    const { phase = 'synthetic', input = samiaPlan } = about;
    return coverageProblems([{ ...statement, phase }], parsePlan(input), { 'x-1': { told } });
  };

  test.each([
    ['check', 'critical', ['on-call']],
    ['check', 'warning', ['team']],
    ['blind', 'critical', ['on-call']],
    ['security', 'critical', ['security', 'on-call']],
  ] as const)('%s, %s: %o', (kind, urgency, to) => {
    expect(problems({ kind, urgency, to })).toEqual([]);
  });

  test('a channel that no route names, a kind that no check has then, a plan that tells nobody', () => {
    expect(problems({ kind: 'check', urgency: 'warning', to: ['on-call', 'team'] })).toEqual([
      'x-1: the channel "on-call" is not told of everything warning of the kind "check"',
    ]);
    expect(problems({ kind: 'weather', urgency: 'warning', to: ['team'] })).toEqual([
      'x-1: no check of phase synthetic is of the kind "weather"',
    ]);
    expect(problems({ kind: 'budget', urgency: 'warning', to: ['finance'] }, { phase: 'rollback' })).toEqual([
      'x-1: no check of phase rollback is of the kind "budget"',
    ]);
    expect(problems({ kind: 'check', urgency: 'critical', to: ['on-call'] }, { input: mhpPlan })).toEqual([
      'x-1: the plan has no notify',
    ]);
  });
});
