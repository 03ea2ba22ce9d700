import { comparisonProblems } from './comparison-problems.ts';
import { otherTablesProblems } from './coverage-problems.ts';
import type { Problem } from '../errors.ts';
import { createsData, unportableSteps } from '../flow/flow.ts';
import { flowProblems, flowsOf } from '../flow/flow-problems.ts';
import { hostProblems } from './host-problems.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { beyondCaps, LoadCaps, LoadProfile } from '../load/load-profile.ts';
import { BUILT_IN_PLACE } from './kinds/built-in.ts';
import type { DeclaredCheck } from './kinds/check-kind.ts';
import { declaredChecks } from './kinds/index.ts';
import { ownRowsProblems } from './own-rows.ts';
import { peopleProblems } from './people.ts';
import { notifyProblems } from '../notify/notify-problems.ts';
import { mysqlProblems } from './mysql-problems.ts';
import { redisProblems } from './redis-plan.ts';
import { probeProblems } from './probe.ts';
import { runbookProblems } from './runbook.ts';
import { stateProblems } from './state-plan.ts';
import { alertsProblems } from '../slo/alerts-problems.ts';
import { metricProblems } from '../slo/metric-problems.ts';
import { specProblems } from './spec-check.ts';
import { canonicalJson } from '../evidence/canonical.ts';
import { ROW_OPTIONS, sameQuestion, sideOf, TableMapping } from './table-mapping.ts';

/**
 * What is wrong between the parts of a plan. Takes anything, so that it also works on a plan whose shape is wrong:
 * whatever can't be read is left to the schema's own messages.
 */
export function planProblems(input: unknown): Problem[] {
  const plan = object(input);
  return [
    ...idProblems(plan),
    ...flowProblems(plan),
    ...loadProblems(plan),
    ...comparisonProblems(plan),
    ...probeProblems(plan),
    ...dataProblems(plan),
    ...ownRowsProblems(plan),
    ...specProblems(plan),
    ...metricProblems(plan),
    ...alertsProblems(plan),
    ...policyProblems(plan),
    ...peopleProblems(plan),
    ...runbookProblems(plan),
    ...notifyProblems(plan, new Set(declaredChecks(plan).map(({ id }) => id))),
  ];
}

function idProblems(plan: Loose): Problem[] {
  const declared = declaredChecks(plan);
  const used: readonly DeclaredCheck[] = [
    ...declared.filter(({ ours }) => ours === true),
    ...declared.filter(({ ours }) => ours !== true),
    // No checks themselves, but other parts of the plan name them by these ids.
    ...list(plan['flows']).flatMap((raw, index) => {
      const { id, options } = object(raw);
      const twice =
        object(options)['check'] === false && flowsOf(plan).filter((one) => one.id === id).length > 1;
      return twice && typeof id === 'string' ? [{ id, path: `flows[${index}]` }] : [];
    }),
  ];
  const first = new Map<string, DeclaredCheck>();
  const problems: Problem[] = [];
  for (const one of used) {
    const before = first.get(one.id);
    if (before === undefined) first.set(one.id, one);
    else {
      problems.push({
        path: one.path,
        value: JSON.stringify(one.id),
        problem: `is used twice: also by ${before.path}`,
        remedy: 'give every check its own id',
      });
    }
  }
  if (declared.every(({ path }) => path === BUILT_IN_PLACE)) {
    problems.push({
      path: '(plan)',
      value: 'no checks',
      problem: 'has no flow, probe, table, state, service level, metric, load profile, alert, check or spec',
      remedy: 'add at least one: a run that checks nothing can never answer GO',
    });
  }
  return problems;
}

function loadProblems(plan: Loose): Problem[] {
  const problems: Problem[] = [];
  const flows = new Map(flowsOf(plan).map((flow) => [flow.id, flow]));
  list(object(plan['load'])['profiles']).forEach((raw, index) => {
    const profile = object(raw);
    const path = `load.profiles[${index}]`;
    problems.push(...hostProblems(plan, 'load', path, `the profile "${String(profile['id'])}" makes load`));
    problems.push(...capProblems(plan, raw, path));
    if (typeof profile['flow'] !== 'string') return;
    const flow = flows.get(profile['flow']);
    if (!flow) {
      problems.push({
        path: `${path}.flow`,
        value: JSON.stringify(profile['flow']),
        problem: 'is not the id of a flow',
        remedy: `use one of: ${[...flows.keys()].join(', ') || '(the plan has none)'}`,
      });
      return;
    }
    const unportable = unportableSteps(flow);
    if (unportable.length > 0) {
      const names = unportable.map((step) => `${step.id} (${step.kind})`).join(', ');
      problems.push({
        path: `${path}.flow`,
        value: JSON.stringify(flow.id),
        problem: `no load engine can run these steps: ${names}`,
        remedy: 'name a flow of requests only, none of which polls',
      });
    }
    if (createsData(flow)) {
      problems.push({
        path: `${path}.flow`,
        value: JSON.stringify(flow.id),
        problem: 'creates data, and nothing removes what thousands of iterations leave behind',
        remedy: 'make load with a flow that only reads, or put what it needs there before',
      });
    }
  });
  return problems;
}

function capProblems(plan: Loose, raw: unknown, path: string): Problem[] {
  const profile = LoadProfile.safeParse(raw);
  const caps = LoadCaps.safeParse(object(plan['load'])['caps'] ?? {});
  // What cannot be read is left to the schema's own messages.
  if (!profile.success || !caps.success) return [];
  return beyondCaps(profile.data, caps.data).map((excess) => ({
    path,
    value: excess,
    problem: `the profile "${profile.data.id}" orders more load than the plan allows at all`,
    remedy: 'lower it, or raise load.caps deliberately',
  }));
}

function dataProblems(plan: Loose): Problem[] {
  const tables = list(object(plan['data'])['tables']);
  const state = object(plan['data'])['state'];
  const target = object(plan['target']);
  const problems: Problem[] =
    state === undefined
      ? []
      : stateProblems(object(state), {
          'target.records': object(target['records'])['adapter'],
          'target.old.records': object(object(target['old'])['records'])['adapter'],
        });
  problems.push(
    ...redisProblems(list(object(plan['data'])['redis'])),
    ...mysqlProblems(object(plan['data'])),
  );
  const oldIsMysql = object(plan['data'])['oldMysql'] !== undefined;
  const needsOld = !oldIsMysql || tables.some((table) => object(table)['compare'] !== 'rows');
  problems.push(...otherTablesProblems(object(plan['data']), target, oldIsMysql));
  if (tables.length === 0) return problems;
  if (target['records'] === undefined) {
    problems.push({
      path: 'target.records',
      value: 'nothing',
      problem: 'tables are mapped, but the new database is not named',
      remedy: "add target.records, for example { adapter: 'postgres', url: secret('NEW_DATABASE_URL') }",
    });
  }
  if (object(target['old'])['records'] === undefined && needsOld) {
    problems.push({
      path: 'target.old.records',
      value: 'nothing',
      problem: 'tables are mapped, but the old database is not named',
      remedy: "add target.old.records, for example { adapter: 'postgres', url: secret('OLD_DATABASE_URL') }",
    });
  }
  const sources = {
    'target.records': target['records'],
    'target.old.records': object(target['old'])['records'],
  };
  for (const [path, source] of Object.entries(sources)) {
    if (object(source)['adapter'] !== 'dynamodb') continue;
    problems.push({
      path: `${path}.adapter`,
      value: '"dynamodb"',
      problem: 'tables are mapped, and DynamoDB counts only by reading every item',
      remedy: "let a reader of your own count: adapter 'http' or 'custom'; or leave data.tables out",
    });
  }
  tables.forEach((raw, index) => {
    const table = object(raw);
    if (table['rows'] === 'at-least' && Object.keys(object(table['sums'])).length > 0) {
      problems.push({
        path: `data.tables[${index}].sums`,
        value: JSON.stringify(table['sums']),
        problem: 'sums can only be equal when the rows are',
        remedy: "use rows: 'equal' with a filter on the new side, or drop the sums",
      });
    }
    if (isComparedWithItself(raw, target)) {
      problems.push({
        path: `data.tables[${index}]`,
        value: JSON.stringify(table['id']),
        problem:
          'target.records and target.old.records are the same, so the table would be compared with itself',
        remedy: 'name the old database in target.old.records and the new one in target.records',
      });
    }
    problems.push(
      ...(table['compare'] === 'rows'
        ? rowProblems(table, index, target, oldIsMysql)
        : countProblems(table, index)),
    );
  });
  return problems;
}

function isComparedWithItself(raw: unknown, target: Loose): boolean {
  const [next, old] = [target['records'], object(target['old'])['records']];
  const { data: mapping } = TableMapping.safeParse(raw);
  if (next === undefined || old === undefined || mapping === undefined) return false;
  return (
    canonicalJson(next) === canonicalJson(old) &&
    sideOf(mapping.old).table === sideOf(mapping.new).table &&
    sameQuestion(mapping)
  );
}

/** Rows are compared inside two PostgreSQL servers, and whole: sums could not say anything more. */
function rowProblems(table: Loose, index: number, target: Loose, oldIsMysql: boolean): Problem[] {
  const path = `data.tables[${index}]`;
  const problems: Problem[] = [];
  const sides = [
    ['target.records', object(target['records'])['adapter']],
    ['target.old.records', oldIsMysql ? undefined : object(object(target['old'])['records'])['adapter']],
  ] as const;
  for (const [side, adapter] of sides) {
    if (adapter === undefined || adapter === 'postgres') continue;
    problems.push({
      path: `${path}.compare`,
      value: '"rows"',
      problem: `rows are compared between two PostgreSQL databases only, and ${side} is "${typeof adapter === 'string' ? adapter : 'unknown'}"`,
      remedy: "use compare: 'counts' for this table",
    });
  }
  const elsewhere = list(table['phases'] ?? ['post-cutover']).filter(
    (phase) => phase !== 'watch' && phase !== 'rollback',
  );
  if (table['direction'] === 'rollback' && elsewhere.length > 0) {
    problems.push({
      path: `${path}.phases`,
      value: JSON.stringify(elsewhere),
      problem: 'what a roll-back would lose can only be asked after the switch',
      remedy: "set phases to ['watch'], ['rollback'] or both",
    });
  }
  if (Object.keys(object(table['sums'])).length > 0) {
    problems.push({
      path: `${path}.sums`,
      value: JSON.stringify(table['sums']),
      problem: 'every value is compared already',
      remedy: "drop the sums, or use compare: 'counts'",
    });
  }
  return problems;
}

/** An option that nothing reads would promise a comparison that does not happen. */
function countProblems(table: Loose, index: number): Problem[] {
  return ROW_OPTIONS.filter((name) => table[name] !== undefined).map((name) => ({
    path: `data.tables[${index}].${name}`,
    value: JSON.stringify(table[name]),
    problem: 'has no meaning where rows are only counted',
    remedy: `add compare: 'rows', or drop ${name}`,
  }));
}

function policyProblems(plan: Loose): Problem[] {
  const known = new Set(declaredChecks(plan).map((check) => check.id));
  const problems: Problem[] = [];
  const mustBeKnown = (path: string, id: unknown): void => {
    if (typeof id !== 'string' || known.has(id)) return;
    problems.push({
      path,
      value: JSON.stringify(id),
      problem: 'names no check of this plan',
      remedy: `use one of: ${[...known].join(', ')}`,
    });
  };
  for (const [name, raw] of Object.entries(object(plan['policy']))) {
    const policy = object(raw);
    for (const key of ['advisory', 'mayNotApply']) {
      list(policy[key]).forEach((id, index) => mustBeKnown(`policy.${name}.${key}[${index}]`, id));
    }
    Object.keys(object(policy['sampleFloors'])).forEach((id) =>
      mustBeKnown(`policy.${name}.sampleFloors.${id}`, id),
    );
    list(policy['waivers']).forEach((waiver, index) =>
      mustBeKnown(`policy.${name}.waivers[${index}].check`, object(waiver)['check']),
    );
    list(policy['groups']).forEach((group, index) => {
      list(object(group)['checks']).forEach((id, at) =>
        mustBeKnown(`policy.${name}.groups[${index}].checks[${at}]`, id),
      );
    });
  }
  return problems;
}
