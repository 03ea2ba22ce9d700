import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { GreenlightError } from '../../../contract/errors.ts';
import { findK6 } from '../k6/find.ts';

const Requirements = z.object({ maxVUs: z.number().int() });

/**
 * Loads the script as the operator's initializer does: `k6 archive` and then `k6 inspect`, both without any variable of
 * ours, because neither shows its environment to the script.
 * @returns whether k6 is here, so that it was tried at all
 * @throws GreenlightError EXPORT_REFUSED when the script cannot be loaded there
 */
export async function tryScript(script: string, scratch: string, parallelism: number): Promise<boolean> {
  const found = await findK6();
  if (!found.available || found.path === undefined) return false;
  const archive = join(scratch, 'script.js.archived.tar');
  const k6 = (args: readonly string[]) =>
    promisify(execFile)(found.path ?? '', [...args], {
      cwd: scratch,
      timeout: 60_000,
      env: { PATH: process.env['PATH'], HOME: scratch, K6_NO_USAGE_REPORT: 'true' },
      maxBuffer: 64 * 2 ** 20,
    });
  let inspected: string;
  try {
    await k6(['archive', script, '-O', archive, '--no-color']);
    inspected = (await k6(['inspect', '--execution-requirements', archive])).stdout;
  } catch (error) {
    const said = (error as { readonly stderr?: unknown }).stderr;
    throw new GreenlightError(
      'EXPORT_REFUSED',
      `k6 could not load the script where nothing of this environment is: ${String(said ?? error)
        .trim()
        .slice(-1000)}`,
    );
  }
  const { maxVUs } = Requirements.parse(JSON.parse(inspected));
  if (maxVUs < parallelism) {
    throw new GreenlightError(
      'EXPORT_REFUSED',
      `${parallelism} runners cannot share ${maxVUs} virtual users: lower --parallelism, or raise connections in the profile`,
    );
  }
  return true;
}
