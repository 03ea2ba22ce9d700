import type { Phase } from '../evidence/outcome.ts';
import { checksOf } from '../plan/checks.ts';
import { durationMs } from '../plan/duration.ts';
import type { Plan } from '../plan/plan.ts';
import type { Level } from './level.ts';
import { type CheckRules, Notify, USUAL_KIND } from './notify.ts';

/** One check as incidents are decided and told of it: everything that the plan says, with its defaults. */
export interface WatchedCheck {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly levels: NonNullable<CheckRules['levels']>;
  readonly kind: string;
  readonly open: { readonly failed: number; readonly of: number };
  readonly resolveAfter: number;
  /** Runs further apart are not counted together; milliseconds. */
  readonly withinMs: number;
  readonly owner?: string | undefined;
  readonly runbook?: string | undefined;
  readonly nextStep?: string | undefined;
}

/** All that `decideIncidents` needs to know. */
export interface IncidentRules {
  readonly target: string;
  readonly checks: readonly WatchedCheck[];
  readonly blindAfter: number;
  readonly blindLevel: Level;
  /** So many places must say that it is broken; only those named count. */
  readonly locations?: { readonly of: readonly string[]; readonly broken: number };
  readonly maintenance: Notify['maintenance'];
}

/** An interval that nobody named. */
const USUAL_INTERVAL_MS = 5 * 60_000;
const INTERVALS_WITHIN = 12;
/** Nobody tells us how often the schedule starts: one by the hour or by the day, or a late one, must still add up. */
const LEAST_WITHIN_MS = 48 * 60 * 60_000;

/**
 * The rules of one phase of a plan. Pure.
 * @param intervalMs how often a schedule starts a run; checks that say `every` are looked at that often
 */
export function incidentRulesOf(plan: Plan, phase: Phase, intervalMs = USUAL_INTERVAL_MS): IncidentRules {
  const { locations: of } = plan.synthetic;
  const notify = plan.notify ?? Notify.parse({ channels: {}, routes: [{ to: [] }] });
  const own = new Map(Object.entries(notify.checks));
  return {
    target: plan.target.name,
    checks: checksOf(plan, phase).map(({ id, title, severity, every, owner, runbook }): WatchedCheck => {
      const { level, levels = [], kind = USUAL_KIND, open, resolveAfter, nextStep } = own.get(id) ?? {};
      return {
        id,
        title,
        level: level ?? (severity === 'blocking' ? 'P2' : 'P3'),
        levels,
        kind,
        open: open ?? notify.open,
        resolveAfter: resolveAfter ?? notify.resolveAfter,
        withinMs:
          notify.within === undefined
            ? Math.max(
                LEAST_WITHIN_MS,
                INTERVALS_WITHIN * (every === undefined ? intervalMs : durationMs(every)),
              )
            : durationMs(notify.within),
        owner,
        runbook,
        nextStep,
      };
    }),
    blindAfter: notify.blindAfter,
    blindLevel: notify.blindLevel,
    ...(of.length === 0 ? {} : { locations: { of, broken: notify.locations?.broken ?? 1 } }),
    maintenance: notify.maintenance,
  };
}
