import type { Flow, Step } from './flow.ts';

/** A check whose finding comes from one step of a journey. */
export interface StepCheck {
  readonly id: string;
  readonly title: string;
  /** The flow whose run tells it. */
  readonly flow: Flow;
  readonly step: Exclude<Step, { kind: 'given' }>;
}

/**
 * The checks of single steps, in order. A step that flows share, because one continues the other, is told by the first
 * of them. Pure.
 * @param flows those that run, in the order of the plan
 */
export function stepChecksOf(flows: readonly Flow[]): readonly StepCheck[] {
  const seen = new Set<Step>();
  return flows.flatMap((flow) =>
    flow.steps.flatMap((step): StepCheck[] => {
      if (step.kind === 'given' || step.check === undefined || seen.has(step)) return [];
      seen.add(step);
      return [{ id: step.check, title: step.title ?? step.id, flow, step }];
    }),
  );
}
