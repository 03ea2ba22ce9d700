import { CheckId } from '../plan/check-id.ts';
import { Every } from '../plan/every.ts';
import type { Problem } from '../errors.ts';
import {
  createsData,
  type Flow,
  type FlowOptions,
  type ObserveStep,
  type PageStep,
  type RequestStep,
  type Step,
} from './flow.ts';
import { absentProblems } from './absent.ts';
import { hostProblems } from '../plan/host-problems.ts';
import { list, type Loose, object } from './loose.ts';
import { pollProblems } from './poll.ts';
import type { PortName } from '../ports/observe.ts';

type Keys<T> = Readonly<Record<keyof T, true>>;

const OPTIONS: Keys<FlowOptions> = {
  title: true,
  area: true,
  phases: true,
  check: true,
  severity: true,
  every: true,
  owner: true,
  runbook: true,
  data: true,
  showValues: true,
};

/** A key that nobody reads, such as `expects`, is a comparison that nobody makes. */
const STEP_KEYS: Readonly<{
  request: Keys<RequestStep>;
  observe: Keys<ObserveStep>;
  page: Keys<PageStep>;
}> = {
  request: {
    kind: true,
    id: true,
    title: true,
    check: true,
    showValues: true,
    request: true,
    status: true,
    response: true,
    expect: true,
    capture: true,
    budgetMs: true,
    poll: true,
    creates: true,
  },
  observe: {
    kind: true,
    id: true,
    title: true,
    check: true,
    showValues: true,
    port: true,
    query: true,
    response: true,
    expect: true,
    capture: true,
    withinMs: true,
    absent: true,
  },
  page: {
    kind: true,
    id: true,
    title: true,
    check: true,
    showValues: true,
    run: true,
    creates: true,
    budgetMs: true,
  },
};

/** What is wrong with the flows of a plan: their ids, their steps, what they create. */
export function flowProblems(plan: Loose): Problem[] {
  const target = object(plan['target']);
  const has: Record<PortName, boolean> = {
    mailbox: target['mailbox'] !== undefined,
    records: target['records'] !== undefined,
    payments: target['payments'] !== undefined,
    webhooks: target['payments'] !== undefined,
    webhookSink: target['webhookSink'] !== undefined,
  };
  const problems: Problem[] = [];
  const tested = new Set(
    flowsOf(plan)
      .filter(({ options }) => options.check !== false)
      .flatMap(({ steps }) => steps),
  );
  flowsOf(plan).forEach((flow, index) => {
    const path = `flows[${index}]`;
    if (!CheckId.safeParse(flow.id).success) {
      problems.push({
        path: `${path}.id`,
        value: JSON.stringify(flow.id),
        problem: 'is not a check id',
        remedy: 'use a statement in kebab-case, such as visitor-can-register',
      });
    }
    if (flow.steps.filter((step) => step.kind !== 'given').length === 0) {
      problems.push({
        path,
        value: 'no steps',
        problem: `the flow "${flow.id}" does nothing`,
        remedy: 'add a request, observe or page step',
      });
    }
    problems.push(
      ...Object.keys(flow.options)
        .filter((key) => !Object.hasOwn(OPTIONS, key))
        .map((key) => unknownKey(`${path}.options.${key}`, `the flow "${flow.id}"`, key, OPTIONS)),
    );
    const every = flow.options.every === undefined ? undefined : Every.safeParse(flow.options.every);
    if (every?.success === false) {
      problems.push({
        path: `${path}.options.every`,
        value: JSON.stringify(flow.options.every),
        problem: every.error.issues[0]?.message ?? 'is no span of time',
        remedy: 'write it like 5m or 1h',
      });
    }
    const steps = new Set<string>();
    for (const step of flow.steps) {
      if (step.kind === 'given') continue;
      if (steps.has(step.id)) {
        problems.push({
          path: `${path}.steps`,
          value: JSON.stringify(step.id),
          problem: `two steps of "${flow.id}" have this id`,
          remedy: 'name each step once',
        });
      }
      steps.add(step.id);
      problems.push(...stepProblems(flow, step, path));
      if (step.check !== undefined) {
        problems.push(...stepCheckProblems(flow, { id: step.id, check: step.check }, path, tested.has(step)));
      }
      if (step.kind === 'observe' && !has[step.port]) {
        const key = step.port === 'webhooks' ? 'payments' : step.port;
        problems.push({
          path: `${path}.steps`,
          value: JSON.stringify(step.id),
          problem: `observes "${step.port}", but the target has none`,
          remedy: `add target.${key}`,
        });
      }
    }
    if (createsData(flow)) {
      problems.push(...hostProblems(plan, 'createData', path, `the flow "${flow.id}" creates data`));
      if (Object.keys(object(plan['created'])).length === 0) {
        problems.push({
          path: 'created',
          value: 'nothing',
          problem: `the flow "${flow.id}" creates data that nothing removes`,
          remedy: 'add created: { <kind>: { undo } } or { keep: reason }',
        });
      }
    }
  });
  return problems;
}

function stepProblems(flow: Flow, step: Exclude<Step, { kind: 'given' }>, path: string): Problem[] {
  const keys = STEP_KEYS[step.kind];
  const where = `the step "${step.id}" of "${flow.id}"`;
  const unknown = Object.keys(step)
    .filter((key) => !Object.hasOwn(keys, key))
    .map((key) => unknownKey(`${path}.steps`, where, key, keys));
  const place = `${path}.steps`;
  const ofKind: Readonly<Record<typeof step.kind, () => Problem[]>> = {
    request: () => pollProblems(where, place, object(step)['poll']),
    observe: () => absentProblems(where, place, object(step)),
    page: () => [],
  };
  return [...unknown, ...ofKind[step.kind]()];
}

function stepCheckProblems(
  flow: Flow,
  step: { readonly id: string; readonly check: string },
  path: string,
  isTested: boolean,
): Problem[] {
  const value = JSON.stringify(step.check);
  if (!CheckId.safeParse(step.check).success) {
    return [
      {
        path: `${path}.steps`,
        value,
        problem: `the check of step "${step.id}" is not a check id`,
        remedy: 'use a statement in kebab-case, such as registration-mail-arrives',
      },
    ];
  }
  if (isTested) return [];
  return [
    {
      path: `${path}.steps`,
      value,
      problem: `would never run: the flow "${flow.id}" has check: false, and no other flow has this step`,
      remedy: 'leave check: false out, or the check of the step',
    },
  ];
}

function unknownKey(path: string, where: string, key: string, known: object): Problem {
  const names = Object.keys(known).filter((name) => name !== 'kind' && name !== 'id');
  return {
    path,
    value: JSON.stringify(key),
    problem: `${where} has a key that nothing reads`,
    remedy: `use one of: ${names.join(', ')}`,
  };
}

/** The flows of a plan of any shape. */
export function flowsOf(plan: Loose): readonly Flow[] {
  return list(plan['flows']).filter((item): item is Flow => object(item)['kind'] === 'greenlight.flow');
}
