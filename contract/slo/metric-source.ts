import { z } from 'zod';
import { SecretString } from '../plan/secret.ts';
import { DatabaseName } from '../plan/sql-database.ts';
import { delayS, MetricsSource, StoreAddress } from './metrics-source.ts';

/** Whatever a metric can be read from: the stores of service levels, and some that know less. */
export const MetricSource = z.discriminatedUnion('adapter', [
  ...MetricsSource.options,
  /** Datadog, by its query interface of version 1. */
  z.strictObject({
    /** Which store. */
    adapter: z.literal('datadog'),
    /** The region: `datadoghq.com`, `datadoghq.eu`, `us3.datadoghq.com`, `us5.datadoghq.com`, `ap1.datadoghq.com`. */
    site: z
      .string()
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a site of Datadog, such as datadoghq.eu')
      .default('datadoghq.com'),
    /** The API key of the organisation. */
    apiKey: SecretString.default({ secret: 'DD_API_KEY' }),
    /** An application key with the right `timeseries_query`. */
    applicationKey: SecretString.default({ secret: 'DD_APP_KEY' }),
    /** The address of the interface, where it is not `https://api.<site>`. */
    url: StoreAddress.optional(),
    delayS,
  }),
  /** A database, asked with one statement that only reads: it gives one number, or rows of a time and a number. */
  z.strictObject({
    /** Which store. */
    adapter: z.literal('sql'),
    /** A name in `target.databases`; or `records` and `old.records`. */
    database: DatabaseName,
  }),
  /** A JSON document with a number in it, asked by GET. */
  z.strictObject({
    /** Which store. */
    adapter: z.literal('http-json'),
    /** Base address, before the path that a check asks. */
    url: StoreAddress,
    /** Sent with every question, such as `authorization`. */
    headers: z.record(z.string(), SecretString).default({}),
  }),
]);
export type MetricSource = z.infer<typeof MetricSource>;

/** What a question can measure; a ratio is two of the others. */
export type Measure = 'gauge' | 'count' | 'increase' | 'trend';

/** What a source knows of the past. */
export interface MetricTraits {
  /** `scrapes`: single values; `periods`: one value for each; `rows`: what a statement gives; `number`: one, of now. */
  readonly knows: 'scrapes' | 'periods' | 'rows' | 'number';
  /** How often there is a new value, in seconds, unless the plan says it. */
  readonly everyS: number;
  readonly measures: readonly Measure[];
  /** How a question is written. */
  readonly question: string;
}

/** Of every source, so that nobody else asks for one by its name. */
export const METRIC_TRAITS: Readonly<Record<MetricSource['adapter'], MetricTraits>> = {
  prometheus: {
    knows: 'scrapes',
    everyS: 15,
    measures: ['gauge', 'count', 'increase', 'trend'],
    question: 'a metric with label matchers; of a gauge or a trend any expression',
  },
  cloudwatch: {
    knows: 'periods',
    everyS: 60,
    measures: ['gauge', 'count', 'trend'],
    question: 'Namespace/Metric{Dimension="value"}',
  },
  'azure-logs': {
    knows: 'periods',
    everyS: 60,
    measures: ['gauge', 'count', 'trend'],
    question: 'Table{Column="value"}, or a query in KQL that gives the columns start and value',
  },
  datadog: {
    knows: 'periods',
    everyS: 60,
    measures: ['gauge', 'count', 'increase', 'trend'],
    question: 'a query of Datadog, such as avg:system.mem.used{service:shop}',
  },
  sql: {
    knows: 'rows',
    everyS: 60,
    measures: ['gauge', 'count', 'increase', 'trend'],
    question: 'one statement that gives one number, or rows of a time and a number',
  },
  'http-json': {
    knows: 'number',
    everyS: 60,
    measures: ['gauge', 'count'],
    question: 'a path, and behind # the place of the number: /api/budget#/spent',
  },
};
