import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { lifeOf, ownIdentity } from '../host/process-identity.ts';

/** What makes a scratch directory ours, and says whose it is. */
const OWNER_FILE = 'greenlight-scratch.json';
const Owner = z.strictObject({
  schema: z.literal('greenlight/scratch@1'),
  host: z.string(),
  pid: z.number().int().positive(),
  start: z.string().nullable(),
});
/** No run takes so long; of processes on other hosts nothing else is known. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** Puts our mark and this process's identity into a directory that later runs may remove. */
export function markScratch(directory: string): void {
  const owner: z.infer<typeof Owner> = { schema: 'greenlight/scratch@1', ...ownIdentity() };
  writeFileSync(path.join(directory, OWNER_FILE), JSON.stringify(owner), { mode: 0o600 });
}

/** Takes the mark away again: what is in the directory is to stay. */
export function unmarkScratch(directory: string): void {
  rmSync(path.join(directory, OWNER_FILE), { force: true });
}

/** Removes what bears our mark below a directory and whose process is gone. Everything else is someone's, and stays. */
export function removeDeadScratch(parent: string, isCandidate: (name: string) => boolean): void {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent).filter(isCandidate)) {
    const directory = path.join(parent, name);
    if (isDead(directory)) rmSync(directory, { recursive: true, force: true });
  }
}

function isDead(directory: string): boolean {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  const mark = path.join(directory, OWNER_FILE);
  const seen = lstatSync(mark, { throwIfNoEntry: false });
  if (seen?.isFile() !== true) return false;
  const owner = ownerIn(mark);
  if (owner === undefined) return false;
  const life = lifeOf(owner);
  return life === 'dead' || (life === 'cannot-tell' && Date.now() - seen.mtimeMs > OLD_MS);
}

function ownerIn(mark: string): z.infer<typeof Owner> | undefined {
  try {
    return Owner.safeParse(JSON.parse(readFileSync(mark, 'utf8'))).data;
  } catch {
    return undefined; // Cut short, or not ours to read: nothing shows whose it is.
  }
}
