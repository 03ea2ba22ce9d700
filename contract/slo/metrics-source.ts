import { z } from 'zod';
import { SecretString } from '../plan/secret.ts';

/** How long after its end a period is complete there, in seconds. */
export const delayS = z.number().int().nonnegative().max(3600).default(120);

/** Of a store: without user and password, which belong into a header. */
export const StoreAddress = z.url({ protocol: /^https?$/ }).refine(
  (text) => {
    if (!URL.canParse(text)) return true;
    const { username, password } = new URL(text);
    return username === '' && password === '';
  },
  { message: 'must hold no user and password: give them in a header, as a secret' },
);

/** Where metrics are read. */
export const MetricsSource = z.discriminatedUnion('adapter', [
  /** Prometheus, or whatever answers its HTTP interface. */
  z.strictObject({
    /** Which store. */
    adapter: z.literal('prometheus'),
    /** Base address, to which `/api/v1/query` is added. */
    url: StoreAddress,
    /** Sent with every question, such as `authorization` or `x-scope-orgid`. */
    headers: z.record(z.string(), SecretString).default({}),
  }),
  /** Credentials come from the environment, as for every tool of AWS. */
  z.strictObject({
    /** Which store. */
    adapter: z.literal('cloudwatch'),
    /** Such as `eu-central-1`. */
    region: z.string().min(1),
    delayS,
  }),
  /** Application Insights, or anything else in a Log Analytics workspace. */
  z.strictObject({
    /** Which store. */
    adapter: z.literal('azure-logs'),
    /** Id of the Log Analytics workspace. */
    workspace: z.string().regex(/^[0-9a-zA-Z-]+$/, 'must be the id of a workspace'),
    /** A bearer token as it is, which nobody renews. Without: the credentials of the environment, by `@azure/identity`. */
    token: SecretString.optional(),
    /** The address of the query service, in another cloud. */
    url: StoreAddress.default('https://api.loganalytics.azure.com'),
    /** Whom the token of the environment must be for; the default follows from the cloud that `url` is in. */
    audience: z.url({ protocol: /^https$/ }).optional(),
    delayS,
  }),
]);
export type MetricsSource = z.infer<typeof MetricsSource>;

/** What a source can be asked, and what helps there. */
export interface SourceTraits {
  /** Scrapes of single instances, and any expression; or only values of whole periods, by the name of a metric. */
  readonly knows: 'scrapes' | 'periods';
  /** Whether a metric says what it counts in; where it does not, a latency says it with `unit`. */
  readonly saysUnit: boolean;
  /** What helps where no event is none only if the selector is right. */
  readonly noSuchSeries: string;
}

/** Of every source, so that nobody else asks for one by its name. */
export const SOURCE_TRAITS: Readonly<Record<MetricsSource['adapter'], SourceTraits>> = {
  prometheus: {
    knows: 'scrapes',
    saysUnit: true,
    noSuchSeries: 'correct the selector, or let the target export the series with 0 from its start',
  },
  cloudwatch: {
    knows: 'periods',
    saysUnit: false,
    noSuchSeries: 'correct the selector, or let the target write the metric with 0',
  },
  'azure-logs': {
    knows: 'periods',
    saysUnit: true,
    noSuchSeries: 'correct the selector, or select by a boolean column, such as Success="false"',
  },
};
