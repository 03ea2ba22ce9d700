import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import type { ControlAnswer } from '../../../safety/ask-control.ts';
import { k6Ending } from '../k6/exit-codes.ts';
import { K6Reading } from '../k6/reading.ts';
import { SUMMARY_MARK } from '../k6/runtime.ts';
import { toleratedLagMs } from '../own-process-health.ts';
import { ArrivalLag } from './arrival-lag.ts';
import type { RunnerOrder } from './runner-order.ts';

const Job = z.object({
  kind: z.literal('Job'),
  metadata: z.object({ name: z.string() }),
  status: z.object({ succeeded: z.number().optional(), failed: z.number().optional() }),
});
const Pod = z.object({
  kind: z.literal('Pod'),
  status: z.object({
    containerStatuses: z.array(
      z.object({
        name: z.string(),
        imageID: z.string(),
        restartCount: z.number(),
        state: z.object({
          terminated: z.object({ exitCode: z.number(), reason: z.string().optional() }).optional(),
        }),
      }),
    ),
  }),
});

/** What one runner measured, and by which image. */
export interface ReadRunner {
  readonly result: LoadResult;
  readonly control: ControlAnswer;
  readonly imageID: string;
}

/**
 * Reads what the collector kept of one runner. Whatever is wrong with it becomes a fault of the result.
 * @param index from 1
 * @throws Error when one of its files is missing or cannot be read at all
 */
export async function readRunner(order: RunnerOrder, folder: string, index: number): Promise<ReadRunner> {
  const stem = join(folder, `runner-${index}`);
  const job = Job.parse(JSON.parse(await readFile(`${stem}.job.json`, 'utf8')));
  const pod = Pod.parse(JSON.parse(await readFile(`${stem}.pod.json`, 'utf8')));
  const { k6, parallelism } = order;
  const { profile } = k6;
  const lag = new ArrivalLag((profile.rate ?? 1) / parallelism);
  const reading = new K6Reading(k6, lag.add);

  const expected = `${order.name}-${index}`;
  if (job.metadata.name !== expected)
    reading.faults.add(`what stands for the Job ${expected} is ${job.metadata.name}`);
  const container = pod.status.containerStatuses.find(({ name }) => name === 'k6');
  for (const fault of faultsOfEnd(job, container)) reading.faults.add(fault);

  const { summaries, foreign } = await readLog(`${stem}.log`, index, (text) => reading.push(text));
  if (foreign > 0)
    reading.faults.add(`${foreign} requests in its log are not tagged as those of runner ${index}`);
  if (summaries.length > 1) reading.faults.add(`its log holds ${summaries.length} summaries`);
  const lagP99Ms = lag.p99Ms;
  const result = reading.result(
    {
      version: order.k6Version,
      segment: { index, of: parallelism },
      startedAt: Date.parse(order.exportedAt),
      generator: {
        lagP99Ms,
        cpuPercent: null,
        saturated: lagP99Ms === null || lagP99Ms > toleratedLagMs(profile.thresholds),
      },
    },
    summaries[0] ?? new Error('its log has no line of the summary'),
  );
  const arrivals = Math.round(result.achievedRate * k6.durationS) + result.dropped;
  const unseen =
    lag.count === arrivals ? [] : [`${arrivals} arrivals were made, but ${lag.count} say when they began`];
  // Nobody tried the way to the target from within that pod before.
  const nowhere = result.requests > 0 && result.errors.connection === result.requests;
  return {
    result: {
      ...result,
      ...(nowhere ? { unreachable: `all ${result.requests} connections of runner ${index} failed` } : {}),
      faults: [...result.faults, ...unseen],
    },
    control: reading.control,
    imageID: container?.imageID ?? '',
  };
}

function faultsOfEnd(
  { status }: z.infer<typeof Job>,
  container: z.infer<typeof Pod>['status']['containerStatuses'][number] | undefined,
): readonly string[] {
  const end = container?.state.terminated;
  if (container === undefined || end === undefined) return ['its pod does not say how k6 ended'];
  const ending = k6Ending(end.exitCode, null);
  const reason = end.reason === undefined || end.reason === 'Error' ? '' : ` (${end.reason})`;
  const failed = status.succeeded !== 1 || (status.failed ?? 0) > 0;
  return [
    ...(ending.finished ? [] : [`${ending.meaning}${reason}`]),
    ...(ending.finished && failed ? ['its Job did not succeed'] : []),
    ...(container.restartCount > 0 ? [`k6 was started ${container.restartCount + 1} times`] : []),
  ];
}

/**
 * Hands the log on without the lines of the summary, which come without their mark.
 * @returns also how many requests were made by another runner: the operator tags samples with `instance_id`
 */
async function readLog(
  file: string,
  index: number,
  onText: (text: string) => void,
): Promise<{ readonly summaries: readonly string[]; readonly foreign: number }> {
  const summaries: string[] = [];
  const own = new RegExp(`[,&"]instance_id=${index}[,&"]`);
  let foreign = 0;
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    const others: string[] = [];
    for (const line of lines) {
      if (line.startsWith(SUMMARY_MARK)) summaries.push(line.slice(SUMMARY_MARK.length));
      else others.push(line);
      if (line.startsWith('http_reqs,') && !own.test(line)) foreign += 1;
    }
    if (others.length > 0) onText(`${others.join('\n')}\n`);
  }
  if (rest !== '') onText(rest);
  return { summaries, foreign };
}
