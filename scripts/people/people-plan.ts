import { GreenlightError } from '../../contract/errors.ts';
import type { Attestation } from '../../contract/evidence/attestation.ts';
import { Phase } from '../../contract/evidence/outcome.ts';
import { durationMs } from '../../contract/plan/duration.ts';
import { policyOf } from '../../contract/plan/people.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import { type RequiredAttestation, STATED_AGE, STATED_FOR } from '../../contract/verdict/policy.ts';
import { loadConfig } from '../../host/load-config.ts';
import { readStatements, statementsFileOf } from '../../run/people/statements-file.ts';

/** What somebody has to state, and in which phases it is asked for. */
export interface AskedInPhases {
  readonly asked: RequiredAttestation;
  readonly phases: readonly Phase[];
}

/** A plan, as far as people speak in it. */
export interface PeoplePlan {
  readonly plan: Plan;
  /** The file that keeps what was stated, as an absolute path. */
  readonly file: string;
  /** Everything that was stated, on any target. */
  readonly stated: readonly Attestation[];
  /** By id and role, in the order of the phases and of the plan. */
  readonly asked: readonly AskedInPhases[];
}

/** @throws GreenlightError for a plan that cannot be used, or STATEMENTS_INVALID */
export async function loadPeoplePlan(cwd: string, config?: string): Promise<PeoplePlan> {
  const { plan, file: planFile } = await loadConfig(cwd, config);
  const file = statementsFileOf(plan, planFile);
  return { plan, file, stated: readStatements(file), asked: askedIn(plan, Phase.options) };
}

/** As above; undefined where none was named and there is none, as beside a report that was brought here alone. */
export async function findPeoplePlan(cwd: string, config?: string): Promise<PeoplePlan | undefined> {
  try {
    return await loadPeoplePlan(cwd, config);
  } catch (error) {
    const isAbsent = error instanceof GreenlightError && error.code === 'PLAN_NOT_FOUND';
    if (isAbsent && config === undefined) return undefined;
    throw error;
  }
}

/**
 * What people have to state in any of the phases: what two phases ask of one role is one entry, as the stricter of them
 * asks for it: what counts for that one counts for both.
 */
export function askedIn(plan: Plan, phases: readonly Phase[]): readonly AskedInPhases[] {
  const all = new Map<string, { asked: RequiredAttestation; phases: Phase[] }>();
  for (const phase of phases) {
    for (const asked of policyOf(plan, phase).attestations) {
      const key = JSON.stringify([asked.id, plain(asked.role)]);
      const before = all.get(key);
      if (before === undefined) {
        all.set(key, { asked, phases: [phase] });
        continue;
      }
      before.phases.push(phase);
      before.asked = stricter(before.asked, asked);
    }
  }
  return [...all.values()];
}

/** Of the release where one of the two is, for the shorter time, and a section with all that either covers. */
function stricter(one: RequiredAttestation, other: RequiredAttestation): RequiredAttestation {
  const covers = [...new Set([...(one.covers ?? []), ...(other.covers ?? [])])];
  const { validFor = STATED_FOR, maxAge = STATED_AGE } = one;
  const { validFor: otherFor = STATED_FOR, maxAge: otherAge = STATED_AGE } = other;
  return {
    ...one,
    validFor: validFor === otherFor ? validFor : 'release',
    maxAge: durationMs(otherAge) < durationMs(maxAge) ? otherAge : maxAge,
    ...(covers.length === 0 ? {} : { covers }),
  };
}
