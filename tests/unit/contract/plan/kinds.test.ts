import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { LooksOf } from '../../../../checks/register.ts';
import { GreenlightError } from '../../../../contract/errors.ts';
import { Phase } from '../../../../contract/evidence/outcome.ts';
import { flow } from '../../../../contract/flow/flow.ts';
import { checksOf } from '../../../../contract/plan/checks.ts';
import { type CheckKind, type ListedCheck, listedKind } from '../../../../contract/plan/kinds/check-kind.ts';
import { CHECK_KINDS, CheckSource, declaredChecks } from '../../../../contract/plan/kinds/index.ts';
import { parsePlan, type Plan, type PlanInput } from '../../../../contract/plan/plan.ts';

const step = (id: string, check?: string) =>
  flow(id, { title: id, ...PEOPLE }).request('ask', {
    request: () => ({ method: 'GET', path: '/' }),
    ...(check === undefined ? {} : { check, title: 'A step' }),
  });

const PEOPLE = {
  severity: 'advisory',
  owner: 'the shop team',
  runbook: 'https://runbooks.example.com/shop',
} as const;

/** A plan with checks of every kind; `ids` gives some of them another id. */
function planWith(ids: Partial<Record<Named, string>> = {}): PlanInput {
  const of = (name: Named) => ({ id: ids[name] ?? name, title: name, ...PEOPLE });
  const postgres = (name: string) => ({ adapter: 'postgres', url: `postgres://127.0.0.1/${name}` }) as const;
  return {
    target: {
      name: 'shop',
      urls: { app: 'http://127.0.0.1:1' },
      records: postgres('new'),
      old: { urls: { app: 'http://127.0.0.1:2' }, records: postgres('old') },
    },
    flows: [step(ids.flow ?? 'flow', ids.step ?? 'step')],
    probes: [{ ...of('probe'), kind: 'endpoints', paths: ['/'] }],
    checks: [of('own')],
    specs: [{ ...of('spec'), spec: 'e2e' }],
    data: {
      tables: [{ ...of('table'), old: 'a', new: 'b' }],
      otherTables: {},
      state: {},
      redis: [{ ...of('redis'), old: 'redis://127.0.0.1:1', new: 'redis://127.0.0.1:2' }],
    },
    slo: {
      source: { adapter: 'prometheus', url: 'http://127.0.0.1:9090' },
      up: 'up',
      objectives: [
        { ...of('slo'), kind: 'error-rate', bad: 'bad', total: 'all', atMost: { critical: 0.01 } },
      ],
    },
    metrics: {
      sources: { main: { adapter: 'prometheus', url: 'http://127.0.0.1:9090' } },
      checks: [{ ...of('metric'), kind: 'gauge', of: 'up', limits: { critical: { atLeast: 1 } } }],
    },
    alerts: [{ ...of('alerts'), rules: [{ alert: 'TooSlow', severity: 'critical' }] }],
    load: {
      profiles: [{ ...of('load'), engine: 'k6', requests: [{ path: '/' }], thresholds: { p95Ms: 100 } }],
      comparisons: [{ ...of('comparison'), engine: 'autocannon', requests: [{ path: '/' }] }],
    },
  };
}

type Named =
  | 'flow'
  | 'step'
  | 'probe'
  | 'own'
  | 'spec'
  | 'table'
  | 'redis'
  | 'slo'
  | 'metric'
  | 'load'
  | 'comparison'
  | 'alerts';
/** Where each stands in the plan. */
const PLACES: Record<Named, string> = {
  flow: 'flows[0]',
  step: 'flows[0].steps[0]',
  probe: 'probes[0]',
  own: 'checks[0]',
  spec: 'specs[0]',
  table: 'data.tables[0]',
  redis: 'data.redis[0]',
  slo: 'slo.objectives[0]',
  metric: 'metrics.checks[0]',
  load: 'load.profiles[0]',
  comparison: 'load.comparisons[0]',
  alerts: 'alerts[0]',
};
const NAMES = Object.keys(PLACES) as Named[];
/** Checks whose ids are ours. */
const FIXED = [
  ['target-answers', 'target (a built-in check)'],
  ['sequences-are-ahead', 'data.state'],
  ['tables-are-covered', 'data'],
] as const;

function problemsOf(plan: unknown): readonly { readonly path: string; readonly problem: string }[] {
  try {
    parsePlan(plan);
    return [];
  } catch (error) {
    if (error instanceof GreenlightError) return error.problems;
    throw error;
  }
}

describe('every kind of check', () => {
  const plan = parsePlan(planWith());

  test('is in the plan of this test, and what a phase plans is declared', () => {
    const manifest = Phase.options.flatMap((phase) => checksOf(plan, phase));
    expect(new Set(manifest.map(({ source }) => source))).toEqual(new Set(CheckSource.options));
    const declared = new Map(
      CheckSource.options.map((source) => [source, CHECK_KINDS[source].declared(plan)]),
    );
    for (const { id, source } of manifest)
      expect(
        declared.get(source)?.map((one) => one.id),
        `${source}: ${id}`,
      ).toContain(id);
  });

  test('says who is called, and may be advisory by itself', () => {
    const manifest = checksOf(plan, 'post-cutover');
    for (const name of NAMES)
      expect(
        manifest.find(({ id }) => id === name),
        name,
      ).toMatchObject({
        severity: 'advisory',
        owner: PEOPLE.owner,
        runbook: PEOPLE.runbook,
      });
    expect(manifest.find(({ id }) => id === 'target-answers')).not.toHaveProperty('owner');
  });

  test('that the policy calls advisory is, and one that says nothing blocks', () => {
    const probe = { id: 'pages', title: 'Pages', kind: 'endpoints' as const, paths: ['/'] };
    const quiet: PlanInput = { target: { name: 's', urls: { app: 'http://127.0.0.1:1' } }, probes: [probe] };
    const severity = (input: PlanInput) =>
      checksOf(parsePlan(input), 'post-cutover').find(({ id }) => id === 'pages')?.severity;
    expect(severity(quiet)).toBe('blocking');
    expect(severity({ ...quiet, policy: { default: { advisory: ['pages'] } } })).toBe('advisory');
    expect(
      problemsOf({ ...quiet, probes: [{ ...probe, runbook: 'see the wiki', owner: ' ' }] }).map(
        ({ path }) => path,
      ),
    ).toEqual(['probes[0].owner', 'probes[0].runbook']);
  });
});

describe('an id that two checks have', () => {
  const pairs = NAMES.flatMap((one, index) => NAMES.slice(index + 1).map((other) => [one, other] as const));

  test.each(pairs)('is refused with both places: %s and %s', (one, other) => {
    const [twice, ...more] = problemsOf(planWith({ [one]: 'same', [other]: 'same' })).filter(({ problem }) =>
      problem.startsWith('is used twice'),
    );
    expect(more).toEqual([]);
    const told = `${twice?.path}: ${twice?.problem}`;
    for (const name of [one, other]) expect(told).toContain(PLACES[name]);
  });

  test.each(NAMES.flatMap((name) => FIXED.map(([id, place]) => [name, id, place] as const)))(
    'is refused where it is one of ours: %s is %s',
    (name, id, place) => {
      const told = problemsOf(planWith({ [name]: id })).map(({ path, problem }) => `${path}: ${problem}`);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(new RegExp(`^${PLACES[name].replaceAll(/[[\]]/g, '\\$&')}: `));
      expect(told[0]).toContain(place);
    },
  );

  test('is refused for flows that are no checks: load and log-ins are named by it', () => {
    const helper = flow('log-in', { title: 'x', check: false }).request('a', {
      request: () => ({ method: 'GET', path: '/' }),
    });
    const plan = { ...planWith(), flows: [step('flow'), helper, helper.as('log-in', { title: 'y' })] };
    expect(problemsOf(plan)).toMatchObject([
      { path: 'flows[1]', problem: 'is used twice: also by flows[2]' },
    ]);
    expect(problemsOf({ ...planWith(), flows: [step('flow'), helper] })).toEqual([]);
  });
});

test('what is forgotten does not compile', () => {
  const look = () => undefined;
  // @ts-expect-error the room must look at keyspaces, too
  const forgotten: LooksOf<'data-checks', object> = { table: look, coverage: look, state: look };
  // @ts-expect-error the schema of a plan has no such list
  const nowhere: CheckKind<Plan> = listedKind({
    room: 'suites/probes',
    at: 'data.queues',
    draft: (_item: ListedCheck) => ({ project: 'suites' }),
  });
  expect([forgotten, nowhere.declared({})]).toHaveLength(2);
  expect(declaredChecks({})).toMatchObject([{ id: 'target-answers' }]);
  expect(z.toJSONSchema(CheckSource)).toMatchObject({ enum: Object.keys(CHECK_KINDS) });
});
