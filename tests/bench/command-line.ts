import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const Usage = z.object({
  /** Largest resident memory of the command's process, in bytes. */
  memory: z.number(),
  /** Processor seconds of the command's process. */
  processor: z.number(),
});
const Found = z.object({
  tables: z.tuple([
    z.object({
      answer: z.string(),
      missing: z.number().nullable(),
      extra: z.number().nullable(),
      changed: z.number().nullable(),
      reason: z.string(),
    }),
  ]),
});

/** What one `greenlight data diff` of one table found, `different -1 +0 ~1000`, and what its process used. */
export interface CommandAnswer extends z.infer<typeof Usage> {
  readonly found: string;
  readonly reason: string;
}

/** The built command line of a checkout. @throws Error when it is not built */
export function commandLineOf(checkout: string): string {
  const file = path.join(checkout, 'dist/scripts/greenlight.js');
  if (!existsSync(file)) throw new Error(`${file} is not there: run npm run build in ${checkout}`);
  return file;
}

/** Runs the command as users do, in a process of its own. */
export async function runDataDiff(
  commandLine: string,
  { old, new: next, table, workers }: Record<'old' | 'new' | 'table', string> & { readonly workers: number },
): Promise<CommandAnswer> {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-bench-'));
  try {
    const usage = path.join(directory, 'usage.json');
    const hook = pathToFileURL(path.join(import.meta.dirname, 'report-usage.mjs')).href;
    const options = ['--old', old, '--new', next, '--tables', table, '--workers', String(workers), '--json'];
    const child = spawn(process.execPath, ['--import', hook, commandLine, 'data', 'diff', ...options], {
      cwd: directory,
      env: { ...process.env, GREENLIGHT_BENCH_USAGE: usage },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    const { tables } = Found.parse(JSON.parse(output));
    const [{ answer, missing, extra, changed, reason }] = tables;
    return {
      ...Usage.parse(JSON.parse(readFileSync(usage, 'utf8'))),
      found: `${answer} -${missing} +${extra} ~${changed}`,
      reason,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
