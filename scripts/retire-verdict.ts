import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import { fileStemOf, type Part } from '../contract/shard.ts';
import { removeProofs, reportFiles, type ReportFiles } from './report-files.ts';

/**
 * Removes or replaces the verdict of an earlier run and removes what was signed about it: the very first thing that a
 * run does, before it even loads what it needs. Whoever only reads the file must not find an old GO when this run is
 * refused, or killed a moment later.
 * @param output the report directory, relative to `cwd`
 * @param replace writes what stands there instead; without it the file is removed
 * @throws GreenlightError USAGE for a directory that is not one for reports, REPORT_UNWRITABLE when it cannot be used;
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
    throw new GreenlightError('REPORT_UNWRITABLE', files.directory, {
      cause,
      hint: 'Choose another --output directory, or see who may write to this one, and run again.',
    });
  }
}

/** What lies in the directory of a project and in no report. */
const OF_A_PROJECT = ['.git', 'package.json', 'node_modules'];

/** A run clears names such as `index.html` and `playwright` in its directory: in any other they are someone's work. */
function refuseForeignDirectory(files: ReportFiles, output: string): void {
  const lies = (name: string): boolean => existsSync(path.join(files.directory, name));
  const foreign = OF_A_PROJECT.find(lies);
  const page = existsSync(files.html) && !existsSync(files.evidence) && !existsSync(files.verdict);
  if (foreign === undefined && !page) return;
  throw new GreenlightError(
    'USAGE',
    `--output ${output}: ${files.directory} holds ${foreign ?? 'an index.html that is no report of a run'}, which a report would replace or stand among`,
    { hint: 'Name a directory of its own, such as greenlight-report.' },
  );
}

/**
 * The same for one part of a run that several machines share: its fragment of an earlier run, and its own verdict.
 * @throws GreenlightError INTERNAL when the directory cannot be used
 */
export function retireFragment(cwd: string, output: string, part: Part): void {
  const stem = path.join(output, fileStemOf(part));
  retireVerdict(cwd, stem);
  rmSync(path.resolve(cwd, `${stem}.json`), { force: true });
}
