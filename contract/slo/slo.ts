import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { checkOptions } from '../plan/check-options.ts';
import { Phase } from '../evidence/outcome.ts';
import { MetricsSource, SOURCE_TRAITS } from './metrics-source.ts';

/**
 * A metric name with label matchers; never a whole expression, because parts of it must be asked apart. CloudWatch: with
 * its namespace, and dimensions as labels. Azure: a table, and columns as labels.
 */
const Selector = z
  .string()
  .regex(
    /^[a-zA-Z_:][a-zA-Z0-9_:/.-]*(\{.*\})?$/s,
    'must be a metric name with label matchers, such as http_requests_total{job="shop"}',
  );

const Share = z.number().min(0).max(1);

/** Greatest values that hold. A breach of `critical` fails, one of `warning` is said in a pass. */
const AtMost = z
  .strictObject({
    /** Above this a pass says so. */
    warning: z.number().min(0).optional(),
    /** Above this the check fails. */
    critical: z.number().min(0),
  })
  .refine(({ warning, critical }) => warning === undefined || warning <= critical, {
    message: 'the warning level must not lie above the critical one',
    path: ['warning'],
  });

/** Least shares that hold. */
const AtLeast = z
  .strictObject({
    /** Below this a pass says so; a share between 0 and 1. */
    warning: Share.optional(),
    /** Below this the check fails; a share between 0 and 1. */
    critical: Share,
  })
  .refine(({ warning, critical }) => warning === undefined || warning >= critical, {
    message: 'the warning level must not lie below the critical one',
    path: ['warning'],
  });

const common = {
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it is asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  ...checkOptions,
  /** What one evaluation looks back on, in seconds. */
  windowS: z
    .number()
    .int()
    .positive()
    .max(30 * 24 * 3600)
    .default(300),
  /** A breach fails once every evaluation for this long was one; 0: at once. A breach that is younger is unknown. */
  forS: z
    .number()
    .int()
    .nonnegative()
    .max(24 * 3600)
    .default(0),
  /**
   * When traffic was switched: no window begins before it, so that requests of the release before do not count. The window
   * is then as long as it can be, up to `windowS`. Exported rules know no switch.
   */
  since: z.iso.datetime({ offset: true }).optional(),
};
/** Fewer events are no answer. Default: as many as show with 95 % confidence that the limit holds. */
const minimumEvents = z.number().int().min(1).optional();
/** What an error budget is made of. */
const budget = {
  /** The counter of events that went wrong. */
  bad: Selector,
  /** The counter of all events. */
  total: Selector,
  /** Share of events that must go well, such as 0.999: what is left is the error budget. */
  objective: z.number().gt(0).lt(1),
  minimumEvents,
};
const seconds = z
  .number()
  .int()
  .positive()
  .max(30 * 24 * 3600);

/** One service level, asked of the target's own metrics. */
export const SloObjective = z.discriminatedUnion('kind', [
  /** Share of requests that took at most `underS`, from a classic histogram: exact at a bucket's boundary. */
  z.strictObject({
    ...common,
    /** Which kind of level. */
    kind: z.literal('latency'),
    /** Name without `_bucket`, with label matchers. */
    histogram: Selector,
    /** What counts as fast, in seconds. */
    underS: z.number().positive(),
    /** What the metric counts in, where it does not say so itself: CloudWatch has both. */
    unit: z.enum(['s', 'ms']).default('s'),
    /** Share of requests that must be that fast. */
    atLeast: AtLeast,
    minimumEvents,
  }),
  /** Share of requests that failed. No series of failed ones means none, where the labels of `bad` exist. */
  z.strictObject({
    ...common,
    /** Which kind of level. */
    kind: z.literal('error-rate'),
    /** The counter of failed requests. */
    bad: Selector,
    /** The counter of all requests. */
    total: Selector,
    /** Share of requests that may fail, 0 to 1. */
    atMost: AtMost,
    minimumEvents,
  }),
  /** Share of looks at which the target was up: `up` of its scrapes, or `probe_success` of a blackbox probe. */
  z.strictObject({
    ...common,
    /** Which kind of level. */
    kind: z.literal('availability'),
    /** A gauge that is 1 while the target is up, and 0 while not. */
    up: Selector,
    /** Share of looks at which it must have been up. */
    atLeast: AtLeast,
    minimumEvents,
  }),
  /** How full something is: processor, memory, connections. */
  z.strictObject({
    ...common,
    /** Which kind of level. */
    kind: z.literal('saturation'),
    /** `gauge` is averaged over the window; of a `counter`, such as processor seconds, the rate is taken. */
    used: z.union([
      z.strictObject({
        /** What is used now; averaged over the window. */
        gauge: Selector,
      }),
      z.strictObject({
        /** What was used so far, such as processor seconds; its rate is taken. */
        counter: Selector,
      }),
    ]),
    /** A number, or the gauge that says it. */
    capacity: z.union([z.number().positive(), Selector]),
    /** Share of the capacity that may be used. */
    atMost: AtMost,
  }),
  /**
   * How fast the error budget is spent. A pair fails when the rate was above its factor over the long window, which
   * shows that it matters, and over the short one, which shows that it goes on.
   */
  z.strictObject({
    id: CheckId,
    title: common.title,
    phases: common.phases,
    ...checkOptions,
    /** Which kind of level. */
    kind: z.literal('burn-rate'),
    ...budget,
    /** The usual ones for a budget of 30 days; a new system has no long window yet, and is unknown until then. */
    pairs: z
      .array(
        z.strictObject({
          /** The long window, in seconds. */
          longS: seconds,
          /** The short window, in seconds; shorter than the long one. */
          shortS: seconds,
          /** How many times as fast as the budget allows. */
          factor: z.number().positive(),
        }),
      )
      .min(1)
      .default([
        { longS: 3600, shortS: 300, factor: 14.4 },
        { longS: 21_600, shortS: 1800, factor: 6 },
      ]),
  }),
  /** The share of the error budget of a whole period that the window, or the time since the cut-over, has spent. */
  z.strictObject({
    id: CheckId,
    title: common.title,
    phases: common.phases,
    ...checkOptions,
    windowS: common.windowS,
    /** Which kind of level. */
    kind: z.literal('error-budget'),
    ...budget,
    /** When the cut-over began: the window starts there. Without it, and in exported rules, `windowS` is the window. */
    since: z.iso.datetime({ offset: true }).optional(),
    /** Events that the whole period is expected to bring. */
    expectedEvents: z.number().positive(),
    /** Shares of the budget: 0.1 for a tenth of it. */
    atMost: AtMost,
  }),
  /** Share of business events that went well, such as payments. */
  z.strictObject({
    ...common,
    /** Which kind of level. */
    kind: z.literal('business-ratio'),
    /** The counter of events that went well. */
    good: Selector,
    /** The counter of all events. */
    total: Selector,
    /** Share of events that must have gone well. */
    atLeast: AtLeast,
    minimumEvents,
  }),
]);
export type SloObjective = z.infer<typeof SloObjective>;
/** Objectives that are one share of one window; the others are made of those. */
export type SloLevel = Exclude<SloObjective, { kind: 'burn-rate' | 'error-budget' }>;

const SloShape = z.strictObject({
  source: MetricsSource,
  /** The scrapes of the target, such as `up{job="shop"}`; elsewhere a metric that has a value in every period. */
  up: Selector,
  /** At least so many instances must be scraped. */
  instances: z.number().int().min(1).default(1),
  /** How often they are scraped, in seconds; CloudWatch and Azure: the period, whole minutes. */
  scrapeS: z.number().positive().max(600).default(15),
  /** The levels; each is one check. */
  objectives: z.array(SloObjective).min(1),
});

/** The service levels of the target, and how it is scraped: what was not seen cannot be judged. */
export const Slo = SloShape.superRefine((slo, context) => {
  const complain = (path: PropertyKey[], message: string): void =>
    context.addIssue({ code: 'custom', path, message, input: slo });
  const { knows, saysUnit } = SOURCE_TRAITS[slo.source.adapter];
  if (knows === 'scrapes') {
    selectorsOf(slo).forEach(([path, selector]) => {
      if (/[/.-]/.test(selector.split('{', 1)[0] ?? ''))
        complain(path, 'is no name of a metric of Prometheus');
    });
  } else inPeriods(slo, complain);
  slo.objectives.forEach((objective, index) => {
    const at = (...field: PropertyKey[]): PropertyKey[] => ['objectives', index, ...field];
    for (const [field, windowS] of windowsOf(objective)) {
      if (windowS < 4 * slo.scrapeS)
        complain(
          at(...field),
          `must be at least four scrapes (${4 * slo.scrapeS} s): a rate over fewer says nothing`,
        );
    }
    if (objective.kind === 'latency' && objective.unit !== 's' && saysUnit)
      complain(at('unit'), 'is for CloudWatch only: this source says what it counts in');
    if (objective.kind !== 'burn-rate') return;
    objective.pairs.forEach(({ longS, shortS, factor }, pair) => {
      if (shortS >= longS) complain(at('pairs', pair, 'shortS'), 'must be shorter than longS');
      if (factor * (1 - objective.objective) >= 1)
        complain(at('pairs', pair, 'factor'), 'could never be exceeded, even if every event failed');
    });
  });
});
export type Slo = z.infer<typeof Slo>;

function selectorsOf({ up, objectives }: z.infer<typeof SloShape>): [PropertyKey[], string][] {
  const named = objectives.flatMap((objective, index) =>
    ['histogram', 'bad', 'good', 'total', 'up', 'capacity'].flatMap((field): [PropertyKey[], string][] => {
      const value: unknown = Reflect.get(objective, field);
      return typeof value === 'string' ? [[['objectives', index, field], value]] : [];
    }),
  );
  return [[['up'], up], ...named];
}

function windowsOf(objective: SloObjective): [PropertyKey[], number][] {
  if (objective.kind !== 'burn-rate') return [[['windowS'], objective.windowS]];
  return objective.pairs.flatMap(({ longS, shortS }, index): [PropertyKey[], number][] => [
    [['pairs', index, 'longS'], longS],
    [['pairs', index, 'shortS'], shortS],
  ]);
}

/** What a store that only knows periods cannot answer is refused, not guessed. */
function inPeriods(
  slo: z.infer<typeof SloShape>,
  complain: (path: PropertyKey[], message: string) => void,
): void {
  if (slo.scrapeS % 60 !== 0) complain(['scrapeS'], 'must be whole minutes: the period of the metrics');
  if (slo.instances !== 1) complain(['instances'], 'must be 1: this source does not tell instances apart');
  slo.objectives.forEach((objective, index) => {
    const at = (field: string): PropertyKey[] => ['objectives', index, field];
    for (const [field, windowS] of windowsOf(objective)) {
      if (windowS % slo.scrapeS !== 0)
        complain(['objectives', index, ...field], 'must be whole periods (scrapeS)');
    }
    if ('forS' in objective && objective.forS % slo.scrapeS !== 0)
      complain(at('forS'), 'must be whole periods (scrapeS)');
    if (objective.kind === 'availability')
      complain(at('kind'), 'there are no scrapes here: use business-ratio with the metric of a probe');
    if (objective.kind === 'saturation') {
      if ('counter' in objective.used) complain(at('used'), 'must be a gauge: this source has no rates');
      if (typeof objective.capacity !== 'number') complain(at('capacity'), 'must be a number here');
    }
  });
}
