import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { Phase, Severity } from '../evidence/outcome.ts';
import { STATE_CHECKS, STATE_TITLES, type StateCheckId } from './state-checks.ts';

/** What a plan leaves out of the state checks, and why. Shown in every report. */
const StateExclusion = z.strictObject({
  /** The check that lets something pass. */
  check: z.enum(STATE_CHECKS),
  /** Only what has such a name (`*` stands for any text), as the findings print it; without it, the whole check. */
  objects: z.array(z.string().min(1)).min(1).optional(),
  /** Why. */
  because: z.string().min(1),
});
export type StateExclusion = z.infer<typeof StateExclusion>;

/** Everything of the two databases besides rows, old against new. Each chosen check is one check of the plan. */
export const StatePlan = z.strictObject({
  /** Phases in which they are asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** Default: every one. */
  checks: z
    .array(z.enum(STATE_CHECKS))
    .min(1)
    .default([...STATE_CHECKS]),
  /** `blocking`: also what is only a warning fails. `advisory`: the check is shown and does not decide. */
  severity: z.partialRecord(z.enum(STATE_CHECKS), Severity).default({}),
  /** What is let pass, with the reason; shown in every report. */
  except: z.array(StateExclusion).default([]),
  /**
   * How long `old-side-is-quiet` watches for writes, in seconds. A session that fell idle tells its last writes only
   * after ten.
   */
  watchSeconds: z.number().min(1).max(600).default(12),
});
export type StatePlan = z.infer<typeof StatePlan>;

/** One state check of a plan, as the manifest takes it. */
export interface PlannedStateCheck {
  readonly id: StateCheckId;
  readonly title: string;
  readonly advisory: boolean;
  /** Why the plan leaves the whole check out; it then says "not applicable". */
  readonly leftOut: string | undefined;
}

/** The state checks of a plan, in the order of reporting. Left-out ones are among them: a report names each. */
export function stateChecksOf(state: StatePlan): readonly PlannedStateCheck[] {
  return STATE_CHECKS.filter((id) => state.checks.includes(id)).map((id) => ({
    id,
    title: STATE_TITLES[id],
    advisory: state.severity[id] === 'advisory',
    leftOut: state.except.find(({ check, objects }) => check === id && objects === undefined)?.because,
  }));
}

/** What is wrong between the state checks and the rest of the plan; `adapters` by the path of each database. */
export function stateProblems(
  state: { readonly checks?: unknown; readonly except?: unknown; readonly severity?: unknown },
  adapters: Readonly<Record<string, unknown>>,
): Problem[] {
  const problems: Problem[] = Object.entries(adapters)
    .filter(([, adapter]) => adapter !== 'postgres')
    .map(([path, adapter]) => ({
      path,
      value: adapter === undefined ? 'nothing' : JSON.stringify(adapter),
      problem: 'data.state compares two PostgreSQL databases, and this is none',
      remedy: `name it, for example { adapter: 'postgres', url: secret('DATABASE_URL') }, or drop data.state`,
    }));
  const chosen: readonly unknown[] = Array.isArray(state.checks) ? state.checks : STATE_CHECKS;
  const mustBeChosen = (path: string, id: unknown): void => {
    if (typeof id !== 'string' || chosen.includes(id)) return;
    problems.push({
      path,
      value: JSON.stringify(id),
      problem: 'is not among data.state.checks, so this changes nothing',
      remedy: 'add it there, or drop this',
    });
  };
  const except: readonly unknown[] = Array.isArray(state.except) ? state.except : [];
  except.forEach((one, index) =>
    mustBeChosen(
      `data.state.except[${index}].check`,
      typeof one === 'object' && one !== null && 'check' in one ? one.check : undefined,
    ),
  );
  if (typeof state.severity === 'object' && state.severity !== null) {
    for (const id of Object.keys(state.severity)) mustBeChosen(`data.state.severity.${id}`, id);
  }
  return problems;
}
