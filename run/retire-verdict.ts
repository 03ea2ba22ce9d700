import { rmSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import { fileStemOf, type Part } from '../contract/evidence/shard.ts';
import { refuseForeignDirectory } from './report-directory.ts';
import { removeProofs, reportFiles } from '../host/report-files.ts';

/**
 * Removes or replaces the verdict of an earlier run and removes what was signed about it: the very first thing that a
 * run does, before it even loads what it needs. Whoever only reads the file must not find an old GO when this run is
 * refused, or killed a moment later.
 * @param output the report directory, relative to `cwd`
 * @param replace writes what stands there instead; without it the file is removed
 * @throws GreenlightError DIRECTORY_TAKEN for a directory that is not one for reports, REPORT_UNWRITABLE when it cannot be used;
 *   nothing was touched then
 */
export function retireVerdict(cwd: string, output: string, replace?: () => void): void {
  const files = reportFiles(path.resolve(cwd, output));
  refuseForeignDirectory(files, output);
  try {
    // The proof first: a signed GO must not be the one thing that is left.
    removeProofs(files);
    for (const file of [files.dotenv, files.deliveries]) rmSync(file, { force: true });
    if (replace) replace();
    else rmSync(files.verdict, { force: true });
  } catch (cause) {
    throw new GreenlightError('REPORT_UNWRITABLE', files.directory, { cause });
  }
}

/**
 * The same for one part of a run that several machines share: its fragment of an earlier run, and its own verdict.
 * @throws GreenlightError REPORT_UNWRITABLE when the directory cannot be used
 */
export function retireFragment(cwd: string, output: string, part: Part): void {
  const stem = path.join(output, fileStemOf(part));
  retireVerdict(cwd, stem);
  rmSync(path.resolve(cwd, `${stem}.json`), { force: true });
}
