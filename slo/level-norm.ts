import { createHash } from 'node:crypto';
import { canonicalJson } from '../contract/evidence/canonical.ts';
import type { LevelNorm } from '../contract/slo/level-baseline.ts';
import type { MetricsPort } from '../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { compareErrorShares } from '../contract/statistics/compare-error-shares.ts';
import type { ErrorShare } from '../contract/statistics/clustered-errors.ts';
import { CALLS_REPEATED } from './enough-events.ts';
import { levelFinding, seenShare } from './level-finding.ts';
import { readSlo } from './read-slo.ts';
import { percent } from '../contract/statistics/percent.ts';

const CONFIDENCE = 0.95;

/** How a level is held against its norm. */
export interface LevelAnswer {
  readonly level: string;
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly reason: string;
  /** How many events of now it was made of. */
  readonly events: number;
}

/** The stretch of time that is looked at, which ends at `toS`: Unix seconds of the store's clock. */
export interface Stretch {
  readonly toS: number;
  readonly windowS: number;
}

/**
 * What a level was in a stretch of time.
 * @param mustHold whether a level that is broken there is refused, too: what is broken is no norm
 * @returns why nothing can be said, as a text
 * @throws Unavailable
 */
export async function readNorm(
  metrics: MetricsPort,
  slo: Slo,
  level: SloLevel,
  { toS, windowS }: Stretch,
  mustHold: boolean,
): Promise<LevelNorm | string> {
  // Whether a breach lasts is another question than how large the share was.
  const whole = { ...level, windowS, forS: 0 };
  const readings = await readSlo(metrics, slo, whole, toS);
  const share = seenShare(slo, whole, readings);
  if ('outcome' in share) return share.summary;
  const said = levelFinding(slo, whole, readings);
  if (mustHold && said.outcome !== 'pass') return `it did not hold: ${said.summary}`;
  if (share.least !== share.most) return 'the histogram has no boundary at underS, so the share is not known';
  if (!(share.total > 0)) return 'there was nothing to take a share of';
  const bad = 'atLeast' in level ? share.total - share.least : share.least;
  return {
    level: level.id,
    title: level.title,
    kind: level.kind,
    asked: askedOf(slo, level),
    bad: Math.max(0, bad),
    total: share.total,
  };
}

/** Holds a level against its norm. Pure. `pass` and `fail` both need evidence; saturation has no events to count. */
export function compareNorm(then: LevelNorm, now: LevelNorm, margin: number): LevelAnswer {
  const answer = (outcome: LevelAnswer['outcome'], reason: string): LevelAnswer => ({
    level: then.level,
    outcome,
    reason,
    events: Math.round(now.total),
  });
  if (then.asked !== now.asked)
    return answer('unknown', 'not like with like: the plan asks the store something else now');
  const told = `${percent(now.bad / now.total)} now, ${percent(then.bad / then.total)} then; ${percent(margin)} more is allowed`;
  if (then.kind === 'saturation') {
    const more = now.bad / now.total - then.bad / then.total;
    return answer(more <= margin ? 'pass' : 'fail', `used: ${told}`);
  }
  const calls = ({ bad, total }: LevelNorm): readonly ErrorShare[] => [
    { bad: Math.min(bad, total) / CALLS_REPEATED, total: total / CALLS_REPEATED },
  ];
  const said = compareErrorShares(
    { old: calls(then), new: calls(now) },
    { errorMargin: margin, confidence: CONFIDENCE, names: { old: 'the baseline', new: 'these minutes' } },
  );
  if (said === undefined) return answer('pass', `bad: ${told}`);
  if (said.said === 'fail') return answer('fail', `bad: ${told}`);
  return answer(
    'unknown',
    said.said === 'unsound'
      ? `bad: ${told}: there is nothing sound to compare with`
      : `bad: ${told}: ${Math.round(now.total)} events are too few to tell`,
  );
}

function askedOf({ up }: Slo, level: SloLevel): string {
  const { id: _id, title: _title, phases: _phases, windowS: _window, forS: _for, ...rest } = level;
  const asked = {
    up,
    ...rest,
    since: undefined,
    atLeast: undefined,
    atMost: undefined,
    minimumEvents: undefined,
  };
  return `sha256:${createHash('sha256').update(canonicalJson(asked)).digest('hex')}`;
}
