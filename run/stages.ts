import { SAME_DATABASE } from '../contract/plan/built-in-checks.ts';
import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { NotStarted } from '../contract/evidence/evidence.ts';
import { createsData } from '../contract/flow/flow.ts';
import type { Project } from '../contract/evidence/outcome.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { Policy } from '../contract/verdict/policy.ts';
import type { CheckResult } from '../contract/verdict/verdict.ts';
import type { ReleaseMatch } from '../reporters/judge/release.ts';
import { weighCheck } from '../reporters/judge/weigh-check.ts';

/** A step of a run. */
export interface Stage {
  readonly title: string;
  readonly projects: readonly Project[];
  /** Whether workers of the stages before must be gone. */
  readonly alone: boolean;
  /** Why this stage must not start, given how the checks before it stand. */
  readonly refuse: (before: SoFar, keepGoing: boolean) => string | undefined;
  /** What of a refused stage is asked all the same. */
  readonly anyway?: (before: SoFar, check: PlannedCheck) => boolean;
}

/** What the stages before have shown. */
export interface SoFar {
  readonly checks: readonly CheckResult[];
  readonly release: ReleaseMatch;
  readonly policy: Policy;
}

/** The order of a run. Suites and data checks run together; load runs alone, so that its numbers are clean. */
export const STAGES: readonly Stage[] = [
  { title: 'readiness', projects: ['readiness'], alone: false, refuse: () => undefined },
  { title: 'suites and data-checks', projects: ['suites', 'data-checks'], alone: false, refuse: notReady },
  {
    title: 'load',
    projects: ['load'],
    alone: true,
    refuse: (before, keepGoing) => notReady(before) ?? (keepGoing ? undefined : alreadyLost(before)),
    // Service levels and metrics only read what is said of real traffic; of another release they would say nothing that is
    // asked. Probes that come last are a few requests, which cost nobody anything on a system that is there.
    anyway: (before, check) =>
      ((check.source === 'slo' || check.source === 'metric') && before.release.state !== 'other') ||
      (check.source === 'probe' && notReady(before) === undefined),
  },
];

/** What of a stage may start. */
export interface StagePlan {
  readonly started: readonly PlannedCheck[];
  readonly notStarted: readonly NotStarted[];
  /** Why nothing may be created on the target; undefined when it may. */
  readonly createNothing: string | undefined;
  /** What people are told of it, a line each. */
  readonly notes: readonly string[];
}

/**
 * Decides what of a stage may start.
 * @param cut why nothing may start any more, whatever the checks say
 */
export function planStage(
  stage: Stage,
  planned: readonly PlannedCheck[],
  given: {
    readonly plan: Plan;
    readonly before: SoFar;
    readonly keepGoing: boolean;
    readonly cut: string | undefined;
  },
): StagePlan {
  const { plan, before, keepGoing, cut } = given;
  const notes: string[] = [];
  const createNothing = createNothingBecause(before.release);
  const creating = createNothing === undefined ? [] : planned.filter((check) => creates(plan, check));
  const notStarted = creating.map(({ id }) => ({ check: id, because: createNothing ?? '' }));
  const left = planned.filter((check) => !creating.includes(check));
  if (creating.length > 0) notes.push(`  ${stage.title}: ${createNothing}`);
  const because = left.length === 0 ? undefined : (cut ?? stage.refuse(before, keepGoing));
  if (because === undefined) return { started: left, notStarted, createNothing, notes };
  const started = left.filter((check) => cut === undefined && stage.anyway?.(before, check) === true);
  const refused = left.filter((check) => !started.includes(check));
  const which = started.length === 0 ? '' : ` but for ${started.map(({ id }) => id).join(', ')}`;
  if (refused.length > 0) notes.push(`  ${stage.title}: not started${which}: ${because}`);
  return {
    started,
    notStarted: [...notStarted, ...refused.map(({ id }) => ({ check: id, because }))],
    createNothing,
    notes,
  };
}

/**
 * While nothing shows that the wanted release answers, another one may: what is created there would be found by nobody,
 * or stand on the old system. Flows that only read may run.
 */
function createNothingBecause({ state, reason }: ReleaseMatch): string | undefined {
  return state === 'unknown' ? `nothing is created while the release is not known: ${reason}` : undefined;
}

function creates(plan: Plan, check: PlannedCheck): boolean {
  // Nobody sees what an existing spec creates: only its author can say that it creates nothing.
  if (check.source === 'spec') return plan.specs.find(({ id }) => id === check.id)?.createsData !== false;
  const flow =
    check.source === 'flow' ? plan.flows.find(({ id }) => id === (check.partOf ?? check.id)) : undefined;
  return flow !== undefined && createsData(flow);
}

function notReady({ checks, release, policy }: SoFar): string | undefined {
  const failed = firstFailure(
    checks.filter((check) => check.project === 'readiness'),
    policy,
  );
  if (failed !== undefined) return `the readiness check ${failed.id} failed`;
  // The policy says what another release means; creating data on it and loading it helps nobody either way.
  if (release.state === 'other') return release.reason;
  const oneDatabase = checks.find(({ cause }) => cause === SAME_DATABASE);
  // What a flow looks for on one side would be missing there, and look like a fault of the product.
  if (oneDatabase !== undefined) return `${oneDatabase.id}: ${oneDatabase.summary}`;
  // Not an ordinary unknown: without this proof, the flows might move real money.
  const unproven = checks.find((check) => check.id === 'payments-in-test-mode' && check.state !== 'passed');
  return unproven && `nothing shows that the payment account is in test mode (${unproven.id})`;
}

function alreadyLost({ checks, policy }: SoFar): string | undefined {
  const failed = firstFailure(checks, policy);
  return failed && `the blocking check ${failed.id} failed before (--keep-going runs it anyway)`;
}

function firstFailure(results: readonly CheckResult[], policy: Policy): CheckResult | undefined {
  return results.find((check) => weighCheck(check, policy) === 'NO_GO');
}
