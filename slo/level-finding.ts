import type { Finding } from '../contract/evidence/finding.ts';
import type { InstantAnswer } from '../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { atLeast, atMost } from '../contract/flow/statement.ts';
import { carried, reservation, shareOfSome } from './enough-events.ts';
import { heldFor } from './held-for.ts';
import { ROUNDING } from './limits.ts';
import { notSeen, type Whose } from './not-seen.ts';
import type { SloReadings } from './read-slo.ts';
import { type LevelDraft, unknown } from './level-draft.ts';
import { numberOf, round } from './metric-number.ts';
import { percent } from '../contract/statistics/percent.ts';
import { type LevelShare, shareNow } from './level-share.ts';

/**
 * Judges one service level. Pure. First whether anything may be said: complete answers, all instances up, fresh and
 * gapless data, one finite number, enough events. Only then what was measured.
 */
export function levelFinding(slo: Slo, objective: SloLevel, readings: SloReadings): Finding {
  const said = notSeen(slo, objective, readings) ?? measured(slo, objective, readings);
  const { statement, ...saying } = said;
  const seen = numberOf(totalOf(objective, readings));
  const sampleSize = typeof seen === 'number' ? Math.max(0, Math.floor(seen)) : 0;
  return {
    check: objective.id,
    ...saying,
    sampleSize,
    ...(statement === undefined
      ? {}
      : {
          measured: statement.measured,
          expected: statement.expected,
          detail: { kind: 'probe', statements: [statement] },
        }),
  };
}

/**
 * The share of a level, with the events that it is a share of, however few; or why nothing can be said about it. Pure.
 * For judges of their own limits, who also say of how many events a pass takes.
 */
export function seenShare(
  slo: Slo,
  objective: SloLevel,
  readings: SloReadings,
  whose: Whose = 'present',
): LevelShare | LevelDraft {
  return (
    notSeen(slo, objective, readings, whose) ?? shareOfSome(objective, shareNow(slo, objective, readings))
  );
}

function measured(slo: Slo, objective: SloLevel, readings: SloReadings): LevelDraft {
  const share = shareOfSome(objective, shareNow(slo, objective, readings));
  if ('outcome' in share) return share;
  const [low, high] = [share.least / share.total, share.most / share.total];
  const [level, upward] =
    'atLeast' in objective ? ([objective.atLeast, true] as const) : ([objective.atMost, false] as const);
  const breaks = (value: number, limit: number): boolean =>
    upward ? value < limit - ROUNDING : value > limit + ROUNDING;
  const [lowBreaks, highBreaks] = [breaks(low, level.critical), breaks(high, level.critical)];
  if (lowBreaks !== highBreaks) return undecided(low, high, share.mixed === true);
  const name = NAMES[objective.kind];
  const statement = (upward ? atLeast : atMost)(name, round(low, 6), level.critical);
  const said = { ...statement, ok: !lowBreaks };
  const about = `${name} is ${percent(low)} over ${objective.windowS} s`;
  if (readings.history !== null) {
    const sustained = heldFor(objective, name, readings.history, lowBreaks);
    if (sustained !== undefined) return sustained;
  }
  const doubt = carried(objective, share, lowBreaks);
  if (doubt !== undefined) return doubt;
  if (lowBreaks) {
    const times = objective.forS === 0 ? '' : `, for ${objective.forS} s`;
    const nobody = readings.part?.samples.length === 0 ? '; the numerator has no series at all' : '';
    return {
      outcome: 'fail',
      cause: objective.kind,
      summary: `${about}${times} (${String(said.expected)})${nobody}`,
      statement: said,
    };
  }
  const warns = level.warning !== undefined && breaks(low, level.warning);
  return {
    outcome: 'pass',
    ...(warns ? { cause: 'warning-level' } : {}),
    summary: `${about}${
      warns ? `: beyond the warning level ${level.warning}, within the critical one ${level.critical}` : ''
    }${reservation(objective, share)}`,
    statement: said,
  };
}

function undecided(low: number, high: number, mixed: boolean): LevelDraft {
  const between = `Between ${percent(low)} and ${percent(high)} hold`;
  return mixed
    ? unknown(
        'mixed-histograms',
        `${between}: the releases that run have histograms with different boundaries, so more is not known`,
        'wait until one release runs, let the selector name it, or give all of them the same boundaries',
      )
    : unknown(
        'no-such-bucket',
        `${between}: the histogram has no bucket there, so more is not known`,
        'set underS to a boundary of the histogram, or give it one there',
      );
}

const NAMES: Record<SloLevel['kind'], string> = {
  latency: 'share of fast requests',
  'error-rate': 'error rate',
  availability: 'availability',
  saturation: 'saturation',
  'business-ratio': 'share of good events',
};

/** What was looked at: events, or of a saturation the samples of its own gauge. */
function totalOf(objective: SloLevel, readings: SloReadings): InstantAnswer {
  if (objective.kind === 'saturation') return readings.own ?? { samples: [], warnings: [] };
  if (objective.kind !== 'latency') return readings.total;
  return {
    samples: readings.total.samples.filter(({ labels }) => labels['le'] === '+Inf'),
    warnings: [],
  };
}
