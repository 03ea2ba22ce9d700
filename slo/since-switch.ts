import { SOURCE_TRAITS } from '../contract/slo/metrics-source.ts';
import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { type LevelDraft, unknown } from './level-draft.ts';

/** A rate over fewer scrapes says nothing. */
const LEAST_SCRAPES = 4;

/**
 * The level as it can be asked now: a window that would begin before `since` begins there, so that what the release before
 * did is not held against this one, nor for it. Rather a moment too late than too early: whole periods where the store
 * knows those, and never one that the switch lies in. Of `forS`, the first window begins there as well. Pure.
 * @param nowMs by our own clock, milliseconds since 1970
 * @returns why nothing can be asked yet
 */
export function sinceSwitch(slo: Slo, level: SloLevel, nowMs: number): SloLevel | LevelDraft {
  const { since, windowS, forS } = level;
  if (since === undefined) return level;
  const sinceMs = Date.parse(since);
  if (sinceMs > nowMs)
    return unknown(
      'gaps',
      `The switch of ${since} has not come yet by the clock of this machine: there is no time since then to look at`,
      'name the moment at which traffic was switched in since, or set the clock of this machine',
    );
  const seenS = Math.floor((endOf(slo, nowMs) - startOf(slo, sinceMs)) / 1000) - forS;
  if (seenS >= windowS) return level;
  const leastS = Math.ceil(LEAST_SCRAPES * slo.scrapeS);
  if (seenS < leastS)
    return unknown(
      'gaps',
      `The switch of ${since} was ${Math.floor((nowMs - sinceMs) / 1000)} s ago: too little has been measured since then`,
      `look again in ${leastS - seenS} s, or correct since`,
    );
  return { ...level, windowS: seenS };
}

const stepMs = ({ scrapeS }: Slo): number => scrapeS * 1000;
const inPeriods = ({ source }: Slo): boolean => SOURCE_TRAITS[source.adapter].knows === 'periods';

function startOf(slo: Slo, sinceMs: number): number {
  return inPeriods(slo) ? Math.ceil(sinceMs / stepMs(slo)) * stepMs(slo) : sinceMs;
}

/** What came last is not complete yet where a store needs a while: the reader of the source leaves it out, too. */
function endOf(slo: Slo, nowMs: number): number {
  if (!inPeriods(slo)) return nowMs;
  const delayMs = 'delayS' in slo.source ? slo.source.delayS * 1000 : 0;
  return Math.floor((nowMs - delayMs) / stepMs(slo)) * stepMs(slo);
}
