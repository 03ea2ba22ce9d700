import { Unavailable } from '../../contract/cannot-tell.ts';
import { unknownFinding } from '../../contract/evidence/unknown-finding.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { MetricCheck } from '../../contract/slo/metric-check.ts';
import { everyOf, questionsOf } from '../../contract/slo/metric-problems.ts';
import { METRIC_TRAITS, type MetricSource, type MetricTraits } from '../../contract/slo/metric-source.ts';
import { LEAST_COVERAGE, MOST_AGE_SCRAPES } from '../limits.ts';
import { isSparse, metricFinding } from './metric-finding.ts';
import type { Asked, MetricQuestion, MetricReader, MetricReading, Witness } from './metric-reading.ts';

/** Asks for one number, once, and judges it. A source that gives no answer makes it unknown. */
export async function evaluateMetric(
  reader: MetricReader,
  named: { readonly name: string; readonly source: MetricSource },
  check: MetricCheck,
): Promise<Finding> {
  const everyS = everyOf(check, named.source);
  const { knows } = METRIC_TRAITS[named.source.adapter];
  const question = (text: string, measure: MetricQuestion['measure']): MetricQuestion => ({
    measure,
    text,
    over: check.kind === 'gauge' ? check.over : 'avg',
    ...(check.kind === 'gauge' && check.statistic !== undefined ? { statistic: check.statistic } : {}),
    everyS,
    window: check.since === undefined ? { lastS: check.windowS } : { sinceS: Date.parse(check.since) / 1000 },
  });
  try {
    const asked: Asked[] = [];
    for (const { key, text, measure } of questionsOf(check)) {
      const one = question(text, measure);
      const reading = await reader.read(one);
      const present = check.present === undefined ? undefined : question(check.present, 'gauge');
      const absent = reading.series.length === 0 && check.absent === 'zero' && key !== 'total';
      const witness =
        absent || (present !== undefined && isSparse(check, knows, one, reading))
          ? await witnessOf(reader, one, present, knows)
          : undefined;
      asked.push({ key, text, measure, reading, ...(witness === undefined ? {} : { witness }) });
    }
    return metricFinding(check, { name: named.name, knows, everyS }, asked);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return unknownFinding(check.id, error, {
      cause: 'metrics-unavailable',
      summary: `${named.name} gave no answer that can be used: ${error.message}`,
    });
  }
}

/** What shows that an absent metric would be there if anything had happened. */
async function witnessOf(
  reader: MetricReader,
  question: MetricQuestion,
  present: MetricQuestion | undefined,
  knows: MetricTraits['knows'],
): Promise<Witness> {
  if (present === undefined) return reader.knows(question);
  // `up` has a value also where every scrape failed: 0.
  const isUp = knows === 'scrapes' && UP.test(present.text);
  const reading: MetricReading = await reader.read({ ...present, over: isUp ? 'avg' : 'last' });
  // Once is not enough, of periods neither: an agent that died after one value would be a zero for ever.
  const watched = reading.series.some(
    ({ ageS, coverage, least }) =>
      ageS !== undefined &&
      ageS <= MOST_AGE_SCRAPES * present.everyS &&
      coverage >= LEAST_COVERAGE &&
      (!isUp || least >= LEAST_COVERAGE),
  );
  const known = watched && reading.warnings.length === 0;
  return {
    known,
    by: known
      ? `${present.text} has a value`
      : isUp
        ? `${present.text} has no value now, or was 0 for a part of the window`
        : `${present.text} has no value now either, or had none for a part of the window`,
  };
}

/** What Prometheus itself writes of each scrape, asked as it is, or put together: `sum(up{job="shop"})`. */
const UP = /(?:^|[\s(])up\s*(?:\{[^{}]*\})?\s*\)?\s*$/;
