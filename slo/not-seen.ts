import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { LEAST_COVERAGE, MOST_AGE_SCRAPES } from './limits.ts';
import type { SloReadings } from './read-slo.ts';
import { type LevelDraft, unknown } from './level-draft.ts';
import { describe, numberOf, round } from './metric-number.ts';
import { percent } from '../contract/statistics/percent.ts';

/** Of which instances a window is: of those that are there now, or of all that ever were in it. */
export type Whose = 'present' | 'all';

/** Why nothing may be said about a level: incomplete answers, instances that were not seen, gaps, old samples. Pure. */
export function notSeen(
  slo: Slo,
  objective: SloLevel,
  readings: SloReadings,
  whose: Whose = 'present',
): LevelDraft | undefined {
  const { history, ...instant } = readings;
  const warnings = [
    ...Object.values(instant).flatMap((answer) => answer?.warnings ?? []),
    ...(history === null
      ? []
      : [history.total, history.part, history.layout].flatMap((answer) => answer?.warnings ?? [])),
  ];
  if (warnings.length > 0) {
    return unknown(
      'metrics-incomplete',
      `The store of metrics answered with warnings: ${[...new Set(warnings)].join('; ')}`,
      'repair the store: an answer with warnings may be only a part',
    );
  }
  return notScraped(slo, objective, readings, whose) ?? notFresh(slo, objective, readings);
}

function notScraped(
  slo: Slo,
  objective: SloLevel,
  readings: SloReadings,
  whose: Whose,
): LevelDraft | undefined {
  const instances = numberOf(readings.instances);
  if (typeof instances !== 'number' || instances < slo.instances) {
    return unknown(
      'target-not-scraped',
      `${typeof instances === 'number' ? instances : 'None'} of at least ${slo.instances} instances is scraped`,
      'see the targets page of Prometheus, and slo.up and slo.instances in the plan',
    );
  }
  const up = numberOf(readings.up);
  if (objective.kind !== 'availability' && up !== instances) {
    return unknown(
      'target-down',
      `Only ${describe(up)} of ${instances} instances can be scraped, so what the others did is not known`,
      'see the readiness checks and the targets page of Prometheus',
    );
  }
  const expected = (Math.max(instances, slo.instances) * objective.windowS) / slo.scrapeS;
  const gone = readings.gone.samples.length === 0 ? 0 : Number(numberOf(readings.gone));
  // Right after a switch none of those that are there now need have been scraped in the window.
  const present = whose === 'all' && readings.scrapes.samples.length === 0 ? 0 : numberOf(readings.scrapes);
  const scrapes = typeof present === 'number' ? present + (whose === 'all' ? gone : 0) : NaN;
  const coverage = Number.isFinite(scrapes) ? scrapes / expected : 0;
  if (coverage < LEAST_COVERAGE) {
    return unknown(
      'gaps',
      `Only ${percent(coverage)} of the last ${objective.windowS} s was seen; ${percent(LEAST_COVERAGE)} is needed`,
      'wait until the instances that are there now were seen for that long, or correct slo.scrapeS',
    );
  }
  if (whose === 'present' && !(gone <= (1 - LEAST_COVERAGE) * scrapes)) {
    return unknown(
      'instances-gone',
      `${gone} scrapes of the last ${objective.windowS} s are of instances that are there no more: what they did would be taken for what the present ones do`,
      'wait until the window holds only the instances that are there now, or let the selectors name the release',
    );
  }
  return undefined;
}

function notFresh(slo: Slo, objective: SloLevel, readings: SloReadings): LevelDraft | undefined {
  const age = numberOf(readings.age);
  if (typeof age !== 'number') {
    return unknown(
      'no-series',
      'The metric has no series now',
      'see that its name and labels are right, and that the target exports it',
    );
  }
  if (age > MOST_AGE_SCRAPES * slo.scrapeS) {
    return unknown(
      'stale',
      `The newest sample is ${round(age, 1)} s old; at a scrape every ${slo.scrapeS} s it is not about now`,
      'see that the target still writes its metrics, and that Prometheus still stores them',
    );
  }
  if (readings.own !== null) {
    const own = numberOf(readings.own);
    const coverage = typeof own === 'number' ? (own * slo.scrapeS) / objective.windowS : 0;
    if (coverage < LEAST_COVERAGE) {
      return unknown(
        'gaps',
        `The gauge itself was there for only ${percent(coverage)} of the last ${objective.windowS} s; ${percent(LEAST_COVERAGE)} is needed`,
        'see that its exporter is scraped as often as slo.scrapeS says, and wait until the window is full',
      );
    }
  }
  const pushed = numberOf(readings.pushed);
  if (readings.pushed.samples.length > 0 && !(typeof pushed === 'number' && pushed <= objective.windowS)) {
    return unknown(
      'pushed-long-ago',
      `The metric comes from a Pushgateway, and was last pushed ${describe(pushed)} s ago: it is not about the last ${objective.windowS} s`,
      'push again, or delete what nobody pushes any more from the Pushgateway',
    );
  }
  return undefined;
}
