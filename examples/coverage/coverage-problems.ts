import type { Phase } from '../../contract/evidence/outcome.ts';
import { Level, URGENCY_OF } from '../../contract/notify/level.ts';
import { BLIND_KIND } from '../../contract/notify/notify.ts';
import { channelsFor } from '../../contract/notify/routes.ts';
import { incidentRulesOf } from '../../contract/notify/watched-checks.ts';
import { checksOf } from '../../contract/plan/checks.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { policyOf } from '../../contract/plan/people.ts';
import type { Cover, Coverage } from './mapping.ts';
import type { DocumentStatement } from './statements.ts';

/**
 * What is wrong between a document, its plan and the mapping of the one to the other: statements without a place, places
 * without a statement, checks that the plan does not plan in the phase of the statement, statements of people that the
 * policy does not ask for, announcements and commands that no step of the runbook makes, channels that no route tells.
 * Pure.
 */
export function coverageProblems(
  statements: readonly DocumentStatement[],
  plan: Plan,
  coverage: Coverage,
): readonly string[] {
  const known = new Set(statements.map(({ id }) => id));
  return [
    ...Object.keys(coverage)
      .filter((id) => !known.has(id))
      .map((id) => `${id}: is no statement of the document`),
    ...statements.flatMap((statement) => {
      const cover = coverage[statement.id];
      if (cover === undefined) return [`${statement.id}: "${statement.text}" goes nowhere`];
      return coverProblems(statement, cover, plan);
    }),
  ];
}

function coverProblems({ id, phase }: DocumentStatement, cover: Cover, plan: Plan): readonly string[] {
  if ('check' in cover) {
    const planned = new Set(checksOf(plan, phase).map((check) => check.id));
    return [cover.check]
      .flat()
      .filter((check) => !planned.has(check))
      .map((check) => `${id}: the plan has no check "${check}" in phase ${phase}`);
  }
  if ('statement' in cover) {
    const asked = policyOf(plan, phase).attestations.some((one) => one.id === cover.statement);
    return asked ? [] : [`${id}: the policy of phase ${phase} asks for no statement "${cover.statement}"`];
  }
  if ('announce' in cover || 'command' in cover) {
    const command = 'command' in cover ? cover.command : `announce --kind ${cover.announce}`;
    const wanted = `greenlight ${command}`;
    const steps = plan.runbook?.steps ?? [];
    return steps.some(({ run }) => [run ?? []].flat().some((line) => line.includes(wanted)))
      ? []
      : [`${id}: no step of the runbook runs "${wanted}"`];
  }
  if ('told' in cover) return toldProblems(id, phase, cover.told, plan);
  if ('policy' in cover) {
    const [name = '', field = ''] = cover.policy.split('.');
    const part: Readonly<Record<string, unknown>> | undefined =
      name === 'default' || name === phase ? plan.policy[name] : undefined;
    return part?.[field] === undefined
      ? [`${id}: the policy says nothing about "${cover.policy}" in ${phase}`]
      : [];
  }
  return [];
}

type Told = Extract<Cover, { readonly told: unknown }>['told'];

/** A route is good for nothing without a check of that kind in the phase of the statement. */
function toldProblems(id: string, phase: Phase, { kind, urgency, to }: Told, plan: Plan): readonly string[] {
  const { notify } = plan;
  if (notify === undefined) return [`${id}: the plan has no notify`];
  const { checks } = incidentRulesOf(plan, phase);
  if (kind !== BLIND_KIND && !checks.some((check) => check.kind === kind))
    return [`${id}: no check of phase ${phase} is of the kind "${kind}"`];
  const levels = Level.options.filter((level) => URGENCY_OF[level] === urgency);
  return to
    .filter((name) => !levels.every((level) => channelsFor(notify, { level, kind }).includes(name)))
    .map((name) => `${id}: the channel "${name}" is not told of everything ${urgency} of the kind "${kind}"`);
}
