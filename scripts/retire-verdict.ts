import { rmSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import { removeProofs, reportFiles } from './report-files.ts';

/**
 * Removes or replaces the verdict of an earlier run and removes what was signed about it: the very first thing that a run does, before it
 * even loads what it needs. Whoever only reads the file must not find an old GO when this run is refused, or killed a
 * moment later.
 * @param output the report directory, relative to `cwd`
 * @param replace writes what stands there instead; without it the file is removed
 * @throws GreenlightError INTERNAL when the directory cannot be used; nothing was touched then
 */
export function retireVerdict(cwd: string, output: string, replace?: () => void): void {
  const files = reportFiles(path.resolve(cwd, output));
  try {
    // The proof first: a signed GO must not be the one thing that is left.
    removeProofs(files);
    rmSync(files.dotenv, { force: true });
    if (replace) replace();
    else rmSync(files.verdict, { force: true });
  } catch (cause) {
    throw new GreenlightError('INTERNAL', `the report in ${files.directory} could not be written`, {
      cause,
      hint: 'Choose another --output directory, or see who may write to this one, and run again.',
    });
  }
}
