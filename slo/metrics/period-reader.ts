import { Unavailable } from '../../contract/cannot-tell.ts';
import type { MetricQuestion, MetricReader, MetricReading } from './metric-reading.ts';
import { type Point, reducePoints } from './reduce-points.ts';

/** What a store has of a metric between two moments, in Unix seconds. */
export interface PeriodSeries {
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly Point[];
    /** Seconds of a period, where the store has chosen it. */
    readonly stepS?: number;
  }[];
  readonly warnings: readonly string[];
}

/** Asks one store for the values of whole periods; a point stands at the end of its period. @throws Unavailable */
export type AskPeriods = (
  question: MetricQuestion,
  span: { readonly startS: number; readonly endS: number },
) => Promise<PeriodSeries>;

/**
 * Reads numbers from a store of periods. The window ends with the last period that is complete there, and begins with the
 * first whole one: what happened in the minute of the cut-over itself may be of before.
 * @param delayS how long it takes until a period is complete
 */
export function periodReader(ask: AskPeriods, delayS: number): MetricReader {
  return {
    read: async (question) => {
      const { everyS, window } = question;
      const endS = lastEnd(everyS, delayS);
      const startS = 'lastS' in window ? endS - window.lastS : Math.ceil(window.sinceS / everyS) * everyS;
      if (startS >= endS)
        throw new Unavailable(
          `no whole period has passed there since ${new Date(startS * 1000).toISOString()}`,
          `ask again once ${everyS} s are over, and ${delayS} s more`,
        );
      // Growth begins with a value of before; a store may have chosen longer periods than it was asked for.
      const lead = question.measure === 'increase' ? Math.ceil((endS - startS) / everyS / 10) * everyS : 0;
      const answer = await ask(question, { startS: startS - lead, endS });
      return reduced(question, answer, { startS, endS, askedBefore: lead > 0 });
    },
    // That it had a value once shows that the name is right, and not that anybody watches the target now.
    knows: () =>
      Promise.resolve({ known: false, by: 'a store of periods has none of what nobody watches either' }),
  };
}

function reduced(
  question: MetricQuestion,
  { series, warnings }: PeriodSeries,
  span: { readonly startS: number; readonly endS: number; readonly askedBefore: boolean },
): MetricReading {
  return {
    windowS: span.endS - span.startS,
    warnings,
    series: series.flatMap(
      ({ name, points, stepS }) =>
        reducePoints(name, points, question, stepS === undefined ? span : { ...span, stepS }) ?? [],
    ),
  };
}

function lastEnd(everyS: number, delayS: number): number {
  return Math.floor((Date.now() / 1000 - delayS) / everyS) * everyS;
}
