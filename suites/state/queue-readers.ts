import { valueAt } from '../../contract/flow/value-at.ts';
import { sqlBoolean, sqlMoment, sqlNumber } from '../../contract/ports/sql-rows.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { QueueSource } from '../../contract/plan/probes/queue.ts';
import { withSince } from '../../contract/plan/probes/since.ts';
import type { Target } from '../../contract/plan/target.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { lookAtBullmq, openBullmq } from '../adapters/queue/bullmq.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import type { ProbeTools } from '../probe-finding.ts';
import type { QueueReader, QueueState } from './queue-state.ts';
import { booleanIn, countAt, momentIn, readAnswer, refuseValue } from './read-document.ts';
import { columnOf, readAllRows, withDatabase } from './read-rows.ts';

/** What a reader of queues needs. */
export interface QueueSurroundings {
  readonly target: Target;
  readonly tools: ProbeTools;
  readonly budgetMs: number;
  /** Failed jobs count since then, in milliseconds since 1970. */
  readonly since: number | undefined;
  readonly now: number;
}

type Of<A extends QueueSource['adapter']> = Extract<QueueSource, { adapter: A }>;

/** Opens the source of a queue. @throws CannotTell */
export function openQueue(source: QueueSource, around: QueueSurroundings): Promise<QueueReader> {
  switch (source.adapter) {
    case 'bullmq':
      return bullmqReader(source, around);
    case 'sql':
      return Promise.resolve({ look: () => lookBySql(source, around), close: async () => undefined });
    case 'http':
      return Promise.resolve({ look: () => lookByHttp(source, around), close: async () => undefined });
  }
}

async function bullmqReader(
  source: Of<'bullmq'>,
  { budgetMs, since }: QueueSurroundings,
): Promise<QueueReader> {
  const away = (error: unknown): Error =>
    error instanceof GreenlightError
      ? error
      : new CannotTell('redis-unavailable', `the Redis of the queue can't be asked: ${firstLine(error)}`, {
          cause: error,
          remedy: 'check its address and its user, and that this machine may connect',
        });
  const connection = await openBullmq(resolveSecret(source.redis), budgetMs).catch((error: unknown) => {
    throw away(error);
  });
  return {
    look: async () => {
      const state = await lookAtBullmq(connection, source, since, budgetMs).catch((error: unknown) => {
        throw away(error);
      });
      if (!state.there) {
        throw new CannotTell('no-such-queue', `the Redis has no queue "${source.queue}" of BullMQ`, {
          remedy: `correct queue, prefix ("${source.prefix}"), or the number of the database in the address`,
        });
      }
      const { waiting, failed, oldestMs, paused, done, next, seen, inHand } = state;
      return { waiting, failed, oldestMs, paused, progress: { done, next, seen, inHand } };
    },
    close: async () => connection.client.disconnect(),
  };
}

async function lookBySql(
  { database, sql }: Of<'sql'>,
  { target, budgetMs, since, now }: QueueSurroundings,
): Promise<QueueState> {
  const text = since === undefined ? sql : withSince(sql, since, now);
  const { rows, at } = await withDatabase(target, database, budgetMs, async (port) => {
    const asked = await readAllRows(port, { text });
    // Its own clock: ours may go wrong, and the moments in its rows are not of ours.
    const [clock = {}] = (await port.read({ text: 'select current_timestamp as now' })).rows;
    return { rows: asked.rows, at: columnOf(clock, 'now', sqlMoment, 'moment') };
  });
  const [row, ...more] = rows;
  if (row === undefined || more.length > 0) {
    throw new CannotTell('not-one-row', `the statement gave ${rows.length} rows, and a queue is one`, {
      remedy: 'let it count: select count(*) as waiting from jobs where state = …',
    });
  }
  const has = (name: string): boolean => name in row && row[name] !== null;
  const waiting = columnOf(row, 'waiting', sqlNumber, 'number');
  const oldest = has('oldest') ? columnOf(row, 'oldest', sqlMoment, 'moment') : undefined;
  return {
    waiting,
    failed: has('failed') ? columnOf(row, 'failed', sqlNumber, 'number') : undefined,
    oldestMs: oldest === undefined ? ageOfNone(waiting, 'oldest' in row) : Math.max(0, at - oldest),
    paused: has('paused') ? columnOf(row, 'paused', sqlBoolean, 'truth value') : undefined,
    progress: {
      done: has('done') ? columnOf(row, 'done', sqlNumber, 'number') : undefined,
      next: oldest === undefined ? undefined : [String(oldest)],
    },
  };
}

async function lookByHttp(source: Of<'http'>, { tools, budgetMs }: QueueSurroundings): Promise<QueueState> {
  const answer = await readAnswer(source, tools, budgetMs);
  const { body } = answer;
  const waiting = countAt(answer, source.waiting);
  const optional = <T>(path: string | undefined, read: (value: unknown) => T | undefined, wanted: string) => {
    if (path === undefined) return undefined;
    const value = valueAt(body, path);
    return value === null ? undefined : (read(value) ?? refuseValue(path, value, wanted));
  };
  const oldest =
    source.oldest !== undefined && waiting === 0 ? undefined : optional(source.oldest, momentIn, 'a moment');
  return {
    waiting,
    failed: source.failed === undefined ? undefined : countAt(answer, source.failed),
    oldestMs:
      oldest === undefined
        ? ageOfNone(waiting, source.oldest !== undefined)
        : Math.max(0, Date.now() - oldest),
    paused: optional(source.paused, booleanIn, 'a truth value'),
    progress: {
      done: source.done === undefined ? undefined : countAt(answer, source.done),
      next: oldest === undefined ? undefined : [String(oldest)],
    },
  };
}

/** Where nothing waits, nothing is old; where something waits and its age is not said, nobody knows. */
function ageOfNone(waiting: number, said: boolean): number | undefined {
  return said && waiting === 0 ? 0 : undefined;
}
