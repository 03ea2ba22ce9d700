import type { Measure } from '../../contract/slo/metric-source.ts';

/** One question to one source. */
export interface MetricQuestion {
  readonly measure: Measure;
  /** In the notation of the source. */
  readonly text: string;
  /** Of a gauge: what of the window counts. */
  readonly over: 'avg' | 'max' | 'min' | 'last';
  /** CloudWatch: another statistic than that of `over`. */
  readonly statistic?: string;
  /** Seconds between two values. */
  readonly everyS: number;
  /** The window in seconds; of `since` as long as it is until now, by the clock of the source. */
  readonly window: { readonly lastS: number } | { readonly sinceS: number };
}

/** What one series says. */
export interface SeriesReading {
  /** Its labels as text, for people; empty where there is one only. */
  readonly name: string;
  /** The number that was asked for lies between these; mostly it is one. NaN where the source said so. */
  readonly least: number;
  readonly most: number;
  /** Values that it is made of. */
  readonly samples: number;
  /** The share of the window that these values cover. */
  readonly coverage: number;
  /** Seconds since the newest one; undefined where the series has ended. */
  readonly ageS?: number;
}

/** What a source answers. Nothing at all is an answer, too. */
export interface MetricReading {
  readonly series: readonly SeriesReading[];
  /** Length of the window that was asked for, in seconds. */
  readonly windowS: number;
  /** Reasons why this may be a part only. */
  readonly warnings: readonly string[];
}

/** Whether a source knows a metric of which it has no series. */
export interface Witness {
  readonly known: boolean;
  /** What shows it, or what was looked for. */
  readonly by: string;
}

/** What was asked for one question of a check, and what came. */
export interface Asked {
  readonly key: 'of' | 'part' | 'total';
  readonly text: string;
  readonly measure: Measure;
  readonly reading: MetricReading;
  /** Only where there was no series, or none in some periods, and the plan says that this means zero. */
  readonly witness?: Witness;
}

/** Asks one source. */
export interface MetricReader {
  /** @throws Unavailable */
  read(question: MetricQuestion): Promise<MetricReading>;
  /** Whether it knows what it has no series of: else a typing error would be a zero. @throws Unavailable */
  knows(question: MetricQuestion): Promise<Witness>;
}
