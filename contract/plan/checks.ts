import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { type Phase, Project, Severity } from '../evidence/outcome.ts';
import type { CheckKind } from './kinds/check-kind.ts';
import { CHECK_KINDS, CheckSource } from './kinds/index.ts';
import type { Plan } from './plan.ts';
import { mergePolicy } from '../verdict/policy.ts';

/** One entry of the manifest: a check that must run. */
export const PlannedCheck = z.strictObject({
  id: CheckId,
  title: z.string().min(1),
  source: CheckSource,
  project: Project,
  severity: Severity,
  /** Whether "not applicable" may stand without holding up GO. */
  mayNotApply: z.boolean(),
  /** A pass with fewer samples is unknown. */
  sampleFloor: z.number().int().nonnegative(),
  /** The flow whose run tells this check of one of its steps. */
  partOf: CheckId.optional(),
  /** Who is called when it fails, and the address of what they read, where the plan says so. */
  owner: z.string().optional(),
  runbook: z.string().optional(),
  /** How often a schedule asks it, where not every pass does. */
  every: z.string().optional(),
});
export type PlannedCheck = z.infer<typeof PlannedCheck>;

/** Each kind sees its part of the plan, which must be there: a kind that the plan's schema forgot does not compile. */
const KINDS: Readonly<Record<CheckSource, CheckKind<Plan>>> = CHECK_KINDS;

/**
 * The manifest: every check that a phase requires, before anything runs and in the order of reporting. Pure. Specs
 * register by iterating over it; what Playwright finds is never the truth.
 */
export function checksOf(plan: Plan, phase: Phase): readonly PlannedCheck[] {
  const policy = mergePolicy(plan.policy, phase);
  // Not looked up in the object: "constructor" is a check id, too.
  const floors = new Map(Object.entries(policy.sampleFloors));
  return CheckSource.options.flatMap((source) =>
    KINDS[source]
      .planned(plan, phase)
      .map(
        ({ id, title, project, partOf, owner, runbook, every, advisory, optional, floor }): PlannedCheck => ({
          id,
          title,
          source,
          project,
          severity: advisory === true || policy.advisory.includes(id) ? 'advisory' : 'blocking',
          mayNotApply: optional === true || policy.mayNotApply.includes(id),
          sampleFloor: Math.max(floors.get(id) ?? 0, floor ?? 0),
          ...(partOf !== undefined && { partOf }),
          ...(owner !== undefined && { owner }),
          ...(runbook !== undefined && { runbook }),
          ...(every !== undefined && { every }),
        }),
      ),
  );
}
