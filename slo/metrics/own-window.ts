import { Unavailable } from '../../contract/cannot-tell.ts';
import type { MetricQuestion } from './metric-reading.ts';

/** The window of a question to a source without a clock of its own: by that of this machine. Unix seconds. */
export function windowByOwnClock({ window }: Pick<MetricQuestion, 'window'>): {
  readonly startS: number;
  readonly endS: number;
} {
  const endS = Date.now() / 1000;
  const startS = 'lastS' in window ? endS - window.lastS : window.sinceS;
  if (startS < endS) return { startS, endS };
  throw new Unavailable(
    `the moment ${new Date(startS * 1000).toISOString()} has not come yet by the clock of this machine`,
    'name the moment of the cut-over in since; or set the clock of this machine',
  );
}
