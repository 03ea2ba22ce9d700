import type { Flow } from '../../flow/flow.ts';
import { list, object } from '../../flow/loose.ts';
import { stepChecksOf } from '../../flow/step-checks.ts';
import { type CheckDraft, checkKind } from './check-kind.ts';

/** Journeys, and those of their steps that are checks of their own. */
export const flow = checkKind({
  room: 'suites/flows',
  recordsFindings: true,
  countsObjects: false,
  declared: (plan) => {
    const all = list(plan['flows']);
    const isCheck = (item: unknown): item is Flow => isFlow(item) && item.options.check !== false;
    return [
      ...all.flatMap((one, index) => (isCheck(one) ? [{ id: one.id, path: `flows[${index}]` }] : [])),
      ...stepChecksOf(all.filter(isCheck)).map(({ id, flow: one, step }) => ({
        id,
        path: `flows[${all.indexOf(one)}].steps[${one.steps.indexOf(step)}]`,
      })),
    ];
  },
  planned: ({ flows }: { readonly flows: readonly Flow[] }, phase) => {
    const now = flows.filter(
      ({ options }) => options.check !== false && (options.phases ?? ['post-cutover']).includes(phase),
    );
    const steps = stepChecksOf(now);
    return now.flatMap((one): CheckDraft[] => {
      const { title, severity, owner, runbook, every } = one.options;
      const common = { project: 'suites', advisory: severity === 'advisory', owner, runbook, every } as const;
      return [
        { ...common, id: one.id, title },
        ...steps
          .filter((step) => step.flow === one)
          .map((step) => ({ ...common, id: step.id, title: step.title, partOf: one.id })),
      ];
    });
  },
});

function isFlow(item: unknown): item is Flow {
  return object(item)['kind'] === 'greenlight.flow';
}
