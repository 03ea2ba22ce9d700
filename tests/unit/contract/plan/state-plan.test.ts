import { describe, expect, test } from 'vitest';
import { checksOf } from '../../../../contract/plan/checks.ts';
import { GreenlightError } from '../../../../contract/errors.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';
import { STATE_CHECKS } from '../../../../contract/plan/state-checks.ts';

const database = { adapter: 'postgres', url: 'postgres://app@127.0.0.1/shop' } as const;

function planWith(state: NonNullable<PlanInput['data']>['state'], target: object = {}): PlanInput {
  return {
    target: {
      name: 'shop',
      urls: { app: 'http://127.0.0.1:3000' },
      records: database,
      old: { records: database },
      ...target,
    },
    data: { state },
  };
}

function problemsOf(input: unknown): string[] {
  try {
    parsePlan(input);
  } catch (error) {
    if (error instanceof GreenlightError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

const manifest = (input: PlanInput, phase: 'post-cutover' | 'synthetic' = 'post-cutover') =>
  checksOf(parsePlan(input), phase).filter((check) => check.source === 'state');

describe('the state checks of a plan', () => {
  test('are all of them where nothing else is said, and all block', () => {
    const checks = manifest(planWith({}));
    expect(checks.map(({ id }) => id)).toEqual(STATE_CHECKS);
    expect(new Set(checks.map(({ severity }) => severity))).toEqual(new Set(['blocking']));
    expect(checks.filter((check) => check.mayNotApply)).toEqual([]);
  });

  test('are not there where the plan does not ask for them, or in another phase', () => {
    expect(manifest({ ...planWith({}), data: {}, checks: [{ id: 'own', title: 'Own' }] })).toEqual([]);
    expect(manifest(planWith({}), 'synthetic')).toEqual([]);
    expect(manifest(planWith({ phases: ['synthetic'] }), 'synthetic')).toHaveLength(STATE_CHECKS.length);
  });

  test('stay in the manifest when they are left out or demoted', () => {
    const checks = manifest(
      planWith({
        checks: ['owners-are-kept', 'grants-are-kept', 'sequences-are-ahead'],
        severity: { 'grants-are-kept': 'advisory' },
        except: [
          { check: 'owners-are-kept', because: 'one role owns everything now' },
          { check: 'grants-are-kept', objects: ['*'], because: 'new roles' },
        ],
      }),
    );
    expect(checks.map(({ id, severity, mayNotApply }) => [id, severity, mayNotApply])).toEqual([
      ['sequences-are-ahead', 'blocking', false],
      ['owners-are-kept', 'blocking', true],
      ['grants-are-kept', 'advisory', false],
    ]);
  });

  test.each<[string, unknown, string[]]>([
    ['no old database', planWith({}, { old: undefined }), ['target.old.records']],
    [
      'a database that is no PostgreSQL',
      planWith({}, { records: { adapter: 'http', url: 'http://127.0.0.1' } }),
      ['target.records'],
    ],
    [
      'an exclusion without a reason',
      planWith({ except: [{ check: 'grants-are-kept' } as never] }),
      ['data.state.except[0].because'],
    ],
    [
      'a check that is none',
      planWith({ checks: ['grants-are-kept', 'everything' as never] }),
      ['data.state.checks[1]'],
    ],
    [
      'a severity of a check that is not chosen',
      planWith({ checks: ['grants-are-kept'], severity: { 'owners-are-kept': 'advisory' } }),
      ['data.state.severity.owners-are-kept'],
    ],
    [
      'an exclusion of a check that is not chosen',
      planWith({ checks: ['grants-are-kept'], except: [{ check: 'owners-are-kept', because: 'x' }] }),
      ['data.state.except[0].check'],
    ],
    [
      'an id that another check has',
      { ...planWith({}), checks: [{ id: 'grants-are-kept', title: 'Mine' }] },
      ['checks[0]'],
    ],
  ])('can not have %s', (_, input, paths) => {
    expect(problemsOf(input)).toEqual(paths);
  });
});
