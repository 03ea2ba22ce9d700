import type { Decision } from '../evidence/outcome.ts';
import type { RunRecord } from './run-record.ts';

/** A clock that is ahead by more than this makes ages meaningless, in milliseconds. */
const SKEW_MS = 60_000;

/** How one place stands. */
export interface PlaceStatus {
  readonly location: string;
  /** `ahead`: its newest run lies in the future, by our clock. */
  readonly state: 'fresh' | 'old' | 'ahead' | 'never';
  /** The newest run that came to a decision, its decision and age. */
  readonly newest: {
    readonly run: string;
    readonly at: string;
    readonly ageMs: number;
    readonly decision: Decision;
  } | null;
}

/**
 * Whether somebody looks at the target. Starts that were skipped looked at nothing and do not count. Pure.
 * @param expected places that must have looked; none: whichever looked last counts, alone
 * @param now ISO time
 */
export function freshnessOf(
  records: readonly RunRecord[],
  expected: readonly string[],
  maxAgeMs: number,
  now: string,
): readonly PlaceStatus[] {
  const decided = records.filter(({ decision }) => decision !== null);
  const newestFirst = [...decided].sort(
    (one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt),
  );
  const places = expected.length > 0 ? expected : [newestFirst[0]?.location ?? 'default'];
  return [...new Set(places)].map((location): PlaceStatus => {
    const record = newestFirst.find((one) => one.location === location);
    if (record === undefined || record.decision === null) return { location, state: 'never', newest: null };
    const ageMs = Date.parse(now) - Date.parse(record.startedAt);
    const state = ageMs < -SKEW_MS ? 'ahead' : ageMs > maxAgeMs ? 'old' : 'fresh';
    return {
      location,
      state,
      newest: { run: record.run, at: record.startedAt, ageMs, decision: record.decision },
    };
  });
}

/**
 * What the places say together: a NO_GO that is fresh, else that nobody can tell where one is not fresh.
 * @param newestDamaged what was recorded last cannot be read, so that nobody knows whether it was a GO
 */
export function statusDecision(places: readonly PlaceStatus[], newestDamaged: boolean): Decision {
  const fresh = places.flatMap(({ state, newest }) => (state === 'fresh' ? (newest?.decision ?? []) : []));
  if (fresh.includes('NO_GO')) return 'NO_GO';
  if (newestDamaged || fresh.length < places.length || places.length === 0) return 'INCONCLUSIVE';
  return fresh.every((decision) => decision === 'GO') ? 'GO' : 'INCONCLUSIVE';
}
