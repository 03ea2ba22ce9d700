import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../contract/evidence/run-context.ts';
import { isAlive } from './process-identity.ts';

const EVERY_MS = 20;
const DIRECTORY = 'workers';

/**
 * Notes that this worker process belongs to a stage. Playwright says that a test has ended before its worker has closed
 * browsers and removed what it made, and a later stage must not measure that.
 * @returns to be called when the worker has nothing left to do
 */
export function workerMark(context: Pick<RunContext, 'runDirectory'>, stage: number): () => void {
  const directory = join(context.runDirectory, DIRECTORY);
  mkdirSync(directory, { recursive: true });
  const mark = join(directory, `${stage}-${process.pid}`);
  writeFileSync(mark, '');
  return () => rmSync(mark, { force: true });
}

/** Waits until the workers of all earlier stages have nothing left to do, or are gone. */
export async function workersGone(context: Pick<RunContext, 'runDirectory'>, stage: number): Promise<void> {
  while (earlierWorkers(context, stage).some(isAlive)) await pause(EVERY_MS);
}

function earlierWorkers(
  { runDirectory }: Pick<RunContext, 'runDirectory'>,
  stage: number,
): readonly number[] {
  const directory = join(runDirectory, DIRECTORY);
  mkdirSync(directory, { recursive: true });
  return readdirSync(directory).flatMap((name) => {
    const [of, pid] = name.split('-').map(Number);
    return of !== undefined && pid !== undefined && of < stage ? [pid] : [];
  });
}
