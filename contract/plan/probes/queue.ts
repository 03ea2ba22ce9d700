import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { Duration } from '../duration.ts';
import { redisAddress } from '../redis-address.ts';
import { SecretString } from '../secret.ts';
import { probeKind, probeSchema } from './probe-kind.ts';
import { DocumentPath, httpSource, sourceProblems, sqlSource } from './sources.ts';
import { Since } from './since.ts';

/** Where the state of a queue is read. */
export const QueueSource = z.discriminatedUnion('adapter', [
  /** A queue of BullMQ, read from its Redis. Needs the package `ioredis`. */
  z.strictObject({
    /** BullMQ, by the keys of its Redis. */
    adapter: z.literal('bullmq'),
    /** `redis://` or `rediss://` address; the number of the database is its path. */
    redis: SecretString,
    /** The name of the queue. */
    queue: z.string().min(1),
    /** What the keys of the queue begin with. */
    prefix: z.string().min(1).default('bull'),
  }),
  /**
   * One row, whose columns are `waiting`, and where they are judged `failed`, `oldest` (a moment), `paused` (a truth value)
   * and `done` (how many were ever processed). `{since}` in it stands for the moment `since`.
   */
  z.strictObject(sqlSource),
  /** A document that says it, such as that of a dashboard. */
  z.strictObject({
    ...httpSource,
    /** Where the number of waiting jobs stands, or their list. */
    waiting: DocumentPath,
    /** Where the number of failed jobs stands, or their list. */
    failed: DocumentPath.optional(),
    /** Where the moment stands since when the oldest job waits: ISO 8601, or milliseconds since 1970. */
    oldest: DocumentPath.optional(),
    /** Where it says whether the queue is paused. */
    paused: DocumentPath.optional(),
    /** Where the number of all that were ever processed stands. */
    done: DocumentPath.optional(),
  }),
]);
export type QueueSource = z.infer<typeof QueueSource>;

const Count = z.number().int().nonnegative();

/** The jobs of a queue: waiting, failed, for how long, and whether they are worked on. */
export const queue = probeKind({
  schema: probeSchema('queue', {
    /** Where its state is read. */
    source: QueueSource,
    /** Failed jobs count since this moment: that of the cut-over, or so many minutes before now. Default: all. */
    since: Since.optional(),
    /** The most jobs that may wait. Of BullMQ: with those of a priority, and delayed ones whose time has come. */
    waitingAtMost: Count.optional(),
    /** The most jobs that may have failed for good. */
    failedAtMost: Count.optional(),
    /** For how long the oldest waiting job may wait: `30s`, `5m`. */
    oldestAtMost: Duration.optional(),
    /** Whether it may be paused. */
    mayBePaused: z.boolean().default(false),
    /** Jobs that wait are worked on: looked at twice, some are processed in between. */
    drains: z
      .strictObject({
        /** Between the two looks, in seconds. */
        withinS: z.number().int().min(1).max(120).default(10),
      })
      .optional(),
  }),
  project: 'suites',
  shows:
    'The queue is not paused, no more jobs wait or have failed than planned, and those that wait are processed.',
  fails:
    'More jobs wait or have failed than planned, the oldest one waits too long, the queue is paused, or no job is processed while some wait.',
  unknown:
    'The Redis, database or address cannot be asked, there is no such queue, what is judged is not said there, or the workers are busy with the same jobs at both looks.',
  example: {
    kind: 'queue',
    id: 'mails-are-sent',
    title: 'The queue of mails drains after the switch',
    source: { adapter: 'bullmq', redis: { secret: 'REDIS_URL' }, queue: 'mails' },
    since: '2026-11-20T02:00:00Z',
    failedAtMost: 0,
    oldestAtMost: '5m',
    drains: {},
  },
  problems: ({ source, since, failedAtMost, ...limits }, plan, path): readonly Problem[] => {
    const problems: Problem[] =
      source.adapter === 'bullmq' ? [] : [...sourceProblems(plan, source, `${path}.source`)];
    if (source.adapter === 'bullmq' && typeof source.redis === 'string') {
      const address = redisAddress(source.redis);
      if ('problem' in address) problems.push({ path: `${path}.source.redis`, ...address });
    }
    if (
      [limits.waitingAtMost, failedAtMost, limits.oldestAtMost, limits.drains].every(
        (one) => one === undefined,
      )
    ) {
      problems.push({
        path,
        value: 'no limit',
        problem: 'judges nothing of the queue',
        remedy: 'add waitingAtMost, failedAtMost, oldestAtMost or drains: {}',
      });
    }
    if (source.adapter === 'http') {
      const judged = { failed: failedAtMost, oldest: limits.oldestAtMost };
      for (const [key, limit] of Object.entries(judged)) {
        if (limit === undefined || source[key as keyof typeof judged] !== undefined) continue;
        problems.push({
          path: `${path}.source.${key}`,
          value: 'nothing',
          problem: `${key}AtMost judges it, and nobody says where it stands`,
          remedy: `add its path, such as ${key}: 'counts.${key}'`,
        });
      }
    }
    const askedSince =
      source.adapter === 'bullmq' || (source.adapter === 'sql' && /\{since[:}]/.test(source.sql));
    if (since !== undefined && !askedSince) {
      problems.push({
        path: `${path}.since`,
        value: JSON.stringify(since),
        problem: 'is asked nowhere',
        remedy: "put {since} into the statement, such as failed_at > '{since}'; or drop since",
      });
    }
    return problems;
  },
});
