import { checksOf } from '../../contract/plan/checks.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { policyOf } from '../../contract/plan/people.ts';
import type { Cover, Coverage } from './mapping.ts';
import type { DocumentStatement } from './statements.ts';

/**
 * What is wrong between a document, its plan and the mapping of the one to the other: statements without a place, places
 * without a statement, checks that the plan does not plan in the phase of the statement, statements of people that the
 * policy does not ask for, announcements that no step of the runbook makes. Pure.
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
  if ('announce' in cover) {
    const wanted = `greenlight announce --kind ${cover.announce}`;
    const steps = plan.runbook?.steps ?? [];
    return steps.some(({ run }) => [run ?? []].flat().some((line) => line.includes(wanted)))
      ? []
      : [`${id}: no step of the runbook runs "${wanted}"`];
  }
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
