import { mkdir, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ALIVE_MS, type ClaimAnswer, type GateStore, type StartedRun } from '../contract/ports/gate-store.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { namesIn, readOwn } from './kept-verdicts.ts';
import { isMissing } from './read-stored-report.ts';
import { RunOrderShape } from './stored-shapes.ts';

const RunFile = z.object({
  id: z.string(),
  order: RunOrderShape,
  by: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  exitCode: z.number().nullable(),
});

/** The runs that a gate started, as one file each; the time of the file is the last sign of life. */
export function createFolderRuns(directory: string): Pick<GateStore, 'claim' | 'find' | 'beat' | 'end'> {
  const fileOf = (id: string): string => {
    if (!/^[a-z0-9-]{1,80}$/.test(id)) throw new Error('this is no id of a run');
    return path.join(directory, `${id}.json`);
  };
  const read = async (file: string): Promise<StartedRun | undefined> => {
    try {
      const run = await readOwn(file, RunFile);
      const { mtimeMs } = await stat(file);
      return { ...run, alive: run.endedAt === null && Date.now() - mtimeMs < ALIVE_MS };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const claimNow: GateStore['claim'] = async (claim) => {
    const known = await read(fileOf(claim.id));
    if (known !== undefined) return { how: 'known', run: known };
    for (const name of await namesIn(directory)) {
      const run = await read(path.join(directory, name));
      if (run?.alive === true && run.order.target === claim.order.target) return { how: 'busy', run };
    }
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const started = { ...claim, startedAt: new Date().toISOString(), endedAt: null, exitCode: null };
    writeFileAtomically(fileOf(claim.id), JSON.stringify(started));
    return { how: 'started' };
  };
  // One after the other: two requests must not both find the target free.
  let last: Promise<unknown> = Promise.resolve();
  return {
    claim(claim) {
      const answer = last.then(
        (): Promise<ClaimAnswer> => claimNow(claim),
        (): Promise<ClaimAnswer> => claimNow(claim),
      );
      last = answer;
      return answer;
    },
    find: (id) => read(fileOf(id)),
    async beat(id) {
      const now = new Date();
      await utimes(fileOf(id), now, now);
    },
    async end(id, exitCode) {
      const run = await read(fileOf(id));
      if (run === undefined) throw new Error('the run that ended was never claimed');
      writeFileAtomically(
        fileOf(id),
        JSON.stringify({ ...run, endedAt: new Date().toISOString(), exitCode }),
      );
    },
  };
}
