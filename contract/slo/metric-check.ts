import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { checkOptions } from '../plan/check-options.ts';
import { Phase } from '../evidence/outcome.ts';
import { MetricSource } from './metric-source.ts';

/** What may be, on both sides. */
const Limit = z
  .strictObject({
    /** The greatest value that holds. */
    atMost: z.number().optional(),
    /** The least value that holds. */
    atLeast: z.number().optional(),
  })
  .refine(({ atMost, atLeast }) => atMost !== undefined || atLeast !== undefined, {
    message: 'must hold atMost, atLeast or both',
  })
  .refine(({ atMost = Infinity, atLeast = -Infinity }) => atLeast <= atMost, {
    message: 'must not be above atMost: nothing could hold both',
    path: ['atLeast'],
  });
export type Limit = z.infer<typeof Limit>;

/** From the one that is reached first to the one that is reached last. */
export const LIMIT_LEVELS = ['warning', 'critical', 'rollback'] as const;
export type LimitLevel = (typeof LIMIT_LEVELS)[number];

/** The levels apart, because plans set them apart; the same number may stand in all of them. */
const Limits = z
  .strictObject({
    /** Beyond this the check passes, and says so among the warnings. */
    warning: Limit.optional(),
    /** Beyond this it fails. */
    critical: Limit.optional(),
    /** Beyond this it fails, and says that the plan rolls back for it. */
    rollback: Limit.optional(),
  })
  .refine((limits) => LIMIT_LEVELS.some((level) => limits[level] !== undefined), {
    message: 'must hold warning, critical or rollback: without a limit nothing can be wrong',
  })
  .superRefine((limits, context) => {
    for (const side of ['atMost', 'atLeast'] as const) {
      const given = LIMIT_LEVELS.flatMap((level) => {
        const value = limits[level]?.[side];
        return value === undefined ? [] : [{ level, value }];
      });
      given.slice(1).forEach(({ level, value }, index) => {
        const before = given[index];
        if (before === undefined || (side === 'atMost' ? before.value <= value : before.value >= value))
          return;
        context.addIssue({
          code: 'custom',
          path: [level, side],
          message: `must not be reached before that of ${before.level}, ${before.value}`,
          input: value,
        });
      });
    }
  });

const Question = z.string().regex(/\S/, 'must ask something');

const common = {
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it is asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  ...checkOptions,
  /** Which of `metrics.sources` is asked; need not be said where there is one. */
  source: z.string().min(1).optional(),
  /** What may be, level by level. */
  limits: Limits,
  /** What the number counts, for people: `MiB`, `%`, `EUR`. */
  unit: z.string().min(1).optional(),
  /** How far back is looked, in seconds. */
  windowS: z
    .number()
    .int()
    .positive()
    .max(30 * 24 * 3600)
    .default(300),
  /** When the cut-over began: the window is from there until now, instead of `windowS`. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** How often there is a new value, in seconds: the interval of scrapes, or the period. Default: 15 of Prometheus, else 60. */
  everyS: z
    .number()
    .positive()
    .max(24 * 3600)
    .optional(),
  /**
   * What it means that there is no series at all. `zero`: that nothing happened, where the source shows that it knows the
   * metric and watches it, or `present` has values. A source that knows nothing of it, or gives no answer, is unknown all the
   * same. CloudWatch, Application Insights and Datadog cannot show it, so that they need `present`.
   */
  absent: z.enum(['unknown', 'zero']).default('unknown'),
  /** Asked where the metric is absent: something of the same origin that always has a value while the target is watched. */
  present: Question.optional(),
};

/** How several series become one number: each for itself, of which the worst decides, or all of them together. */
const across = z.enum(['each', 'sum', 'avg', 'max', 'min']);

/** One number from a source of metrics, and what it may be. */
export const MetricCheck = z.discriminatedUnion('kind', [
  /** A value that goes up and down: memory, connections, a percentage, what a statement or a document gives. */
  z.strictObject({
    ...common,
    /** What is measured. */
    kind: z.literal('gauge'),
    /** The metric, in the notation of its source. */
    of: Question,
    /** What of the window counts; `min` with `atMost`: it was beyond the limit all the time. */
    over: z.enum(['avg', 'max', 'min', 'last']).default('avg'),
    /** CloudWatch only: another statistic than that of `over`, such as `p99`. */
    statistic: z.string().min(1).optional(),
    /** Several series: each for itself, or together. */
    across: across.default('each'),
  }),
  /** How many events there were in the window. Of Prometheus: by how much a counter grew, as `increase`. */
  z.strictObject({
    ...common,
    /** What is measured. */
    kind: z.literal('count'),
    /** The counter, or the metric whose periods are added up. */
    of: Question,
    /** Several series: together, or each for itself. */
    across: across.default('sum'),
  }),
  /** By how much a number that only grows did so in the window: restarts, errors. It may begin anew at 0. */
  z.strictObject({
    ...common,
    /** What is measured. */
    kind: z.literal('increase'),
    /** The counter. */
    of: Question,
    /** Several series: together, or each for itself. */
    across: across.default('sum'),
  }),
  /** Events for each second, minute, hour or day. */
  z.strictObject({
    ...common,
    /** What is measured. */
    kind: z.literal('rate'),
    /** The counter, or the metric whose periods are added up. */
    of: Question,
    /** For how long the number is. */
    per: z.enum(['second', 'minute', 'hour', 'day']).default('second'),
    /** Several series: together, or each for itself. */
    across: across.default('sum'),
  }),
  /** A part of a whole: hits of all look-ups, used of all connections. Not in percent: 0.8 is 80 %. */
  z.strictObject({
    ...common,
    /** What is measured. */
    kind: z.literal('ratio'),
    /** What is a part; several series are added up. */
    part: Question,
    /** The whole; a number where no metric says it. */
    total: z.union([Question, z.number().positive()]),
    /** `count`: both are events of the window; `gauge`: both are averages over it. */
    of: z.enum(['count', 'gauge']).default('count'),
    /** Of counts: with fewer the ratio says nothing, unless so many good ones could not change the answer either. */
    minimumTotal: z.number().positive().default(20),
  }),
  /** How much more it is with each hour or day, by the straight line through the values of the window: memory that grows. */
  z.strictObject({
    ...common,
    /** What is measured. */
    kind: z.literal('trend'),
    /** The metric, in the notation of its source. */
    of: Question,
    /** For how long the growth is. */
    per: z.enum(['second', 'minute', 'hour', 'day']).default('hour'),
    /** Several series: each for itself, or together. */
    across: across.default('each'),
  }),
]);
export type MetricCheck = z.infer<typeof MetricCheck>;

/** Numbers of any source of metrics, and what they may be. */
export const Metrics = z.strictObject({
  /** Where metrics are read, by names of your own. */
  sources: z.record(z.string().min(1), MetricSource).default({}),
  /** What is asked; each is one check. */
  checks: z.array(MetricCheck).default([]),
});
export type Metrics = z.infer<typeof Metrics>;

/** Seconds of `per`. */
export const PER_S: Readonly<Record<'second' | 'minute' | 'hour' | 'day', number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 24 * 3600,
};
