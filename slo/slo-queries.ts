import type { Slo, SloLevel } from '../contract/slo/slo.ts';
import { existence } from './existence.ts';
import { parseSelector } from './selector.ts';

/** The expressions of one objective. Numerator and denominator are apart: a ratio hides which of them is missing. */
export interface SloQueries {
  /** What the share is a part of; of a latency its buckets, by `le`. */
  readonly total: string;
  /** Good or bad events, or what is used; a latency's are in its buckets. */
  readonly part?: string;
  /** Proves that the metric of `part` exists where `total` is, with every label, or that good events were seen before. */
  readonly partExists?: string;
  /** Seconds since the newest sample. */
  readonly age: string;
  /** Seconds since the oldest push to a Pushgateway that the metrics come from; no series when they were scraped. */
  readonly pushed: string;
  /** How many instances are scraped, how many of them answer, and how many scrapes of these in the window did. */
  readonly instances: string;
  readonly up: string;
  readonly scrapes: string;
  /** Scrapes of the window that were of instances which are there no more; no series when there are none. */
  readonly gone: string;
  /** Of a saturation: samples of what is used, and of the capacity, from the exporter that has the fewest. */
  readonly own?: string;
  /** Of a latency: how many series each `le` has. */
  readonly layout?: string;
}

/** Pure: the same expressions are evaluated and exported as rules. */
export function sloQueries(slo: Slo, objective: SloLevel): SloQueries {
  const { windowS } = objective;
  const pushed = pushAge(selectorsOf(objective));
  const looks = objective.kind === 'availability' ? objective.up : slo.up;
  const seen = {
    pushed,
    instances: `count(${looks})`,
    up: `sum(${looks})`,
    // A failed scrape is a measurement of availability, and missing data for everything else. Only of instances that
    // are there now: those of the old release would fill the window of the new one.
    scrapes: `sum(${objective.kind === 'availability' ? 'count' : 'sum'}_over_time(${looks}[${windowS}s]) and ${looks})`,
    gone: `sum(count_over_time(${looks}[${windowS}s]) unless ${looks})`,
  };
  const age = (selector: string): string => `time() - max(timestamp(${selector}))`;
  switch (objective.kind) {
    case 'latency': {
      const buckets = suffixed(objective.histogram, '_bucket');
      return {
        ...seen,
        total: counted(buckets, windowS, ' by (le) '),
        layout: `count by (le) (last_over_time(${buckets}[${windowS}s]))`,
        age: age(buckets),
      };
    }
    case 'error-rate':
      return {
        ...seen,
        total: counted(objective.total, windowS),
        part: counted(objective.bad, windowS),
        partExists: existence(slo.up, objective.bad, objective.total),
        age: age(objective.total),
      };
    case 'business-ratio':
      return {
        ...seen,
        total: counted(objective.total, windowS),
        part: counted(objective.good, windowS),
        partExists: `(${existence(slo.up, objective.good, objective.total)} or count(last_over_time(${objective.good}[1d])))`,
        age: age(objective.total),
      };
    case 'availability':
      return {
        ...seen,
        total: `sum(count_over_time(${objective.up}[${windowS}s]))`,
        part: `sum(sum_over_time(${objective.up}[${windowS}s]))`,
        age: age(objective.up),
      };
    case 'saturation': {
      const { used, capacity } = objective;
      const selector = 'gauge' in used ? used.gauge : used.counter;
      return {
        ...seen,
        total:
          typeof capacity === 'number'
            ? `vector(${capacity})`
            : `sum(avg_over_time(${capacity}[${windowS}s]))`,
        part:
          'gauge' in used
            ? `sum(avg_over_time(${selector}[${windowS}s]))`
            : `sum(rate(${selector}[${windowS}s]))`,
        ...gauges(typeof capacity === 'number' ? [selector] : [selector, capacity], windowS),
      };
    }
  }
}

/** The gauges come from exporters of their own, of which the scrapes of the target say nothing: the worst one counts. */
function gauges(selectors: readonly string[], windowS: number): { own: string; age: string } {
  const each = (newest: (selector: string) => string): string =>
    selectors
      .map((selector, index) => {
        const one = `max by (job, instance) (${newest(selector)})`;
        return selectors.length === 1 ? one : `label_replace(${one}, "gauge", "${index}", "", "")`;
      })
      .join(' or ');
  return {
    own: `min(${each((selector) => `count_over_time(${selector}[${windowS}s]) and ${selector}`)})`,
    age: `time() - min(${each((selector) => `timestamp(${selector})`)})`,
  };
}

function selectorsOf(objective: SloLevel): readonly string[] {
  switch (objective.kind) {
    case 'latency':
      return [suffixed(objective.histogram, '_bucket')];
    case 'error-rate':
      return [objective.bad, objective.total];
    case 'business-ratio':
      return [objective.good, objective.total];
    case 'availability':
      return [objective.up];
    case 'saturation': {
      const { used, capacity } = objective;
      const selector = 'gauge' in used ? used.gauge : used.counter;
      return typeof capacity === 'number' ? [selector] : [selector, capacity];
    }
  }
}

/** A Pushgateway shows the last value for ever, with a new time at each scrape; only when it was pushed tells its age. */
function pushAge(selectors: readonly string[]): string {
  const group = 'on (job, instance, exported_job, exported_instance)';
  return `time() - min(push_time_seconds and ${group} (${selectors.join(' or ')}))`;
}

/**
 * Events of a window. `increase` alone never sees the first value of a series, so a burst of errors that creates
 * its series would count nothing: of series that are new in the window, the whole value counts.
 */
function counted(selector: string, windowS: number, by = ''): string {
  const { before, fresh } = seriesBefore(selector, windowS);
  return `sum${by}((increase(${selector}[${windowS}s]) and ${before}) or ${fresh})`;
}

/** The series that were there when a window began, and the values of those that came in it. */
export function seriesBefore(
  selector: string,
  windowS: number,
): { readonly before: string; readonly fresh: string } {
  const before = `last_over_time(${selector}[${Math.max(300, windowS)}s] offset ${windowS}s)`;
  return { before, fresh: `(last_over_time(${selector}[${windowS}s]) unless ${before})` };
}

function suffixed(selector: string, suffix: string): string {
  const name = selector.split('{', 1)[0] ?? selector;
  return `${name}${suffix}${selector.slice(name.length)}`;
}

/** A selector with one more matcher. */
export function labelled(selector: string, suffix: string, matcher: string): string {
  const { name, matchers } = parseSelector(selector);
  return `${name}${suffix}{${[...matchers.map(({ text }) => text), matcher].join(',')}}`;
}
