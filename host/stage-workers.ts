import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../contract/evidence/run-context.ts';
import { isAlive } from './process-identity.ts';

const EVERY_MS = 20;
/** One that has nothing to do any more may be kept by Playwright, and disturbs nobody. */
const MOST_MS = 10_000;
const DIRECTORY = 'workers';

type OfSession = Pick<RunContext, 'runDirectory' | 'session'>;

/**
 * Notes that this worker process belongs to a stage. Playwright says that a test has ended before its worker has closed
 * browsers and removed what it made, and a later stage must not measure that.
 * @returns to be called when the worker has nothing left to do
 */
export function workerMark(context: OfSession, stage: number): () => void {
  const directory = join(context.runDirectory, DIRECTORY);
  mkdirSync(directory, { recursive: true });
  const mark = join(directory, `${context.session}-${stage}-${process.pid}`);
  writeFileSync(mark, '');
  return () => rmSync(mark, { force: true });
}

/** Waits until the workers of all earlier stages have closed what they had open, or are gone; not longer than some seconds. */
export async function workersDone(context: OfSession, stage: number): Promise<void> {
  const end = performance.now() + MOST_MS;
  while (performance.now() < end && earlierWorkers(context, stage).some(isAlive)) await pause(EVERY_MS);
}

function earlierWorkers({ runDirectory, session }: OfSession, stage: number): readonly number[] {
  const directory = join(runDirectory, DIRECTORY);
  mkdirSync(directory, { recursive: true });
  return readdirSync(directory).flatMap((name) => {
    const [inSession, of = stage, pid] = name.split('-').map(Number);
    return inSession === session && of < stage && pid !== undefined ? [pid] : [];
  });
}
