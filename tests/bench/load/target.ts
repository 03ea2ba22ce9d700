import { fork } from 'node:child_process';

/** A target in a process of its own, so that its work is not counted as the generator's. */
export interface BenchTarget {
  readonly url: string;
  /** Requests that it has answered. */
  count(): Promise<number>;
  /** How long each answer took from the arrival of its request, in milliseconds, in the order of the arrivals. */
  times(): Promise<readonly number[]>;
  close(): void;
}

type Message = { url: string } | { count: number } | { times: number[] };

/** @param behaviour `fast`, or how the delays of the answers are distributed (see `target-process.ts`) */
export async function startBenchTarget(behaviour: string): Promise<BenchTarget> {
  const child = fork(new URL('./target-process.ts', import.meta.url), [behaviour], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const next = (): Promise<Message> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the target ended'));
      child.once('exit', ended);
      child.once('message', (message: Message) => {
        child.off('exit', ended);
        resolve(message);
      });
    });
  const ask = async (what: string): Promise<Message> => {
    const answer = next();
    child.send(what);
    return answer;
  };
  const started = await next();
  if (!('url' in started)) throw new Error('the target did not start');
  return {
    url: started.url,
    async count() {
      const answer = await ask('count');
      return 'count' in answer ? answer.count : NaN;
    },
    async times() {
      const answer = await ask('times');
      return 'times' in answer ? answer.times : [];
    },
    close: () => void child.kill(),
  };
}
