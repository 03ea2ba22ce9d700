import { z } from 'zod';
import { builtInChecks } from './built-in-checks.ts';
import { CheckId } from './check-id.ts';
import { coverageChecksOf } from '../evidence/coverage.ts';
import { type Phase, Project, Severity } from '../evidence/outcome.ts';
import type { Plan } from './plan.ts';
import { mergePolicy } from '../verdict/policy.ts';
import type { Probe } from './probe.ts';
import { leastSamples } from '../slo/slo-events.ts';
import { stepChecksOf } from '../flow/step-checks.ts';
import { stateChecksOf } from './state-plan.ts';

/** What kind of definition a check comes from. */
export const CheckSource = z.enum([
  'built-in',
  'flow',
  'probe',
  'table',
  'coverage',
  'state',
  'redis',
  'slo',
  'load',
  'comparison',
  'own',
]);
export type CheckSource = z.infer<typeof CheckSource>;

/** Quick ones, about whether the target is there at all. */
const READINESS_PROBES: ReadonlySet<Probe['kind']> = new Set(['endpoints', 'health']);

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
});
export type PlannedCheck = z.infer<typeof PlannedCheck>;

/**
 * The manifest: every check that a phase requires, before anything runs and in the order of reporting. Pure. Specs
 * register by iterating over it; what Playwright finds is never the truth.
 */
export function checksOf(plan: Plan, phase: Phase): readonly PlannedCheck[] {
  const policy = mergePolicy(plan.policy, phase);
  // Not looked up in the object: "constructor" is a check id, too.
  const floors = new Map(Object.entries(policy.sampleFloors));
  const planned = (
    check: { readonly id: string; readonly title: string },
    source: CheckSource,
    project: Project,
    extra: { readonly optional?: boolean; readonly floor?: number; readonly advisory?: boolean } = {},
  ): PlannedCheck => ({
    id: check.id,
    title: check.title,
    source,
    project,
    severity: extra.advisory === true || policy.advisory.includes(check.id) ? 'advisory' : 'blocking',
    mayNotApply: extra.optional === true || policy.mayNotApply.includes(check.id),
    sampleFloor: Math.max(floors.get(check.id) ?? 0, extra.floor ?? 0),
  });
  const now = (item: { readonly phases: readonly Phase[] }): boolean => item.phases.includes(phase);
  const flows = plan.flows.filter(
    (flow) => flow.options.check !== false && now({ phases: flow.options.phases ?? ['post-cutover'] }),
  );
  const steps = stepChecksOf(flows);
  return [
    ...builtInChecks(plan.target).map((check) => planned(check, 'built-in', 'readiness')),
    ...plan.probes
      .filter(now)
      .map((probe) => planned(probe, 'probe', READINESS_PROBES.has(probe.kind) ? 'readiness' : 'suites')),
    ...flows.flatMap((flow) => [
      planned({ id: flow.id, title: flow.options.title }, 'flow', 'suites'),
      ...steps
        .filter((step) => step.flow === flow)
        .map((step) => ({ ...planned(step, 'flow', 'suites'), partOf: flow.id })),
    ]),
    ...plan.checks.filter((check) => now(check)).map((check) => planned(check, 'own', check.project)),
    ...plan.data.tables.filter(now).map((table) =>
      planned(table, 'table', 'data-checks', {
        floor: table.emptyBecause === undefined ? 1 : 0,
        // That new took orders since the switch is no reason to go back: it is what going back would cost.
        advisory: table.direction === 'rollback' && phase === 'watch',
      }),
    ),
    ...coverageChecksOf(plan.data, phase).map((check) =>
      planned(check, 'coverage', 'data-checks', {
        // A reader of the user's own, or behind HTTP, has no list of tables.
        optional: !listsTables(plan) || check.id === 'other-tables-preserved',
      }),
    ),
    ...(plan.data.state !== undefined && now(plan.data.state) ? stateChecksOf(plan.data.state) : []).map(
      (check) =>
        planned(check, 'state', 'data-checks', {
          advisory: check.advisory,
          optional: check.leftOut !== undefined,
        }),
    ),
    ...plan.data.redis
      .filter(now)
      .map((mapping) =>
        planned(mapping, 'redis', 'data-checks', { floor: mapping.emptyBecause === undefined ? 1 : 0 }),
      ),
    ...(plan.slo?.objectives ?? []).filter(now).map((objective) =>
      planned(objective, 'slo', 'load', {
        floor: leastSamples(objective),
      }),
    ),
    ...plan.load.profiles
      .filter(now)
      .map((profile) =>
        planned(profile, 'load', 'load', { optional: profile.optional, floor: profile.minimumRequests }),
      ),
    ...plan.load.comparisons
      .filter(now)
      .map((comparison) =>
        planned(comparison, 'comparison', 'load', { optional: comparison.optional, floor: 1 }),
      ),
  ];
}

/** Whether both sides can say which tables they have. */
export function listsTables({ target, data }: Pick<Plan, 'target' | 'data'>): boolean {
  const old = data.oldMysql === undefined ? target.old?.records?.adapter : 'postgres';
  return old === 'postgres' && target.records?.adapter === 'postgres';
}
