import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import { becomes } from '../host/atomic-write.ts';
import { isOurs, type ReportFiles } from '../host/report-files.ts';

/** What may lie in a new directory: disks, repositories and file managers put it there, and no report touches it. */
const HARMLESS = new Set(['lost+found', '.gitkeep', '.gitignore', '.DS_Store']);
/** Parts of a shared run are brought here from other machines, before anything is written. */
const OF_A_PART = /^shard-(?:\d+|load)-of-\d+(?:-segment-\d+-of-\d+)?(?:\.json)?$/;
/** What lies in the directory of a project and in no report. */
const OF_A_PROJECT = ['.git', 'package.json', 'node_modules'];

/**
 * Refuses a directory that holds anything and does not bear our mark: a report replaces `index.html`, `playwright` and
 * others there, and in any other directory they are someone's work. Reads, and touches nothing.
 * @param output as the caller gave it, for the message
 * @throws GreenlightError DIRECTORY_TAKEN, or the system's error for a directory that cannot be read
 */
export function refuseForeignDirectory(files: ReportFiles, output: string): void {
  const { directory } = files;
  // Something else than a directory cannot be written to, and the first write says so.
  // Asked in two steps: below a file, statSync throws instead of finding nothing.
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return;
  const names = readdirSync(directory);
  const project = OF_A_PROJECT.find((name) => names.includes(name));
  if (project !== undefined) throw foreign(output, `${directory} holds ${project}`);
  if (isMarked(files)) return;
  const stranger = names.find(
    (name) => !HARMLESS.has(name) && !OF_A_PART.test(name) && !isBegun(files, name),
  );
  if (stranger === undefined) return;
  throw foreign(
    output,
    `${directory} holds ${stranger} and no mark of ours (${path.basename(files.mark)}), so it is no report`,
  );
}

/** A file of ours that a part of the same run writes at this moment, or that a killed one did not finish. */
function isBegun(files: ReportFiles, name: string): boolean {
  const file = becomes(name);
  return file !== undefined && isOurs(files, path.join(files.directory, file));
}

/** What every file of ours begins with; a decision in a verdict.json is what somebody may act on, so it is replaced too. */
const OURS = /"schema"\s*:\s*"greenlight\/[a-z-]+@\d+"/;
const DECIDES = /"decision"\s*:\s*"(?:GO|NO_GO|INCONCLUSIVE)"/;

/** Whether the directory is a report of ours: before a run has begun, and where its mark was lost, a verdict shows it. */
function isMarked(files: ReportFiles): boolean {
  if ([files.mark, files.verdict, files.evidence].some((file) => OURS.test(beginningOf(file)))) return true;
  return DECIDES.test(beginningOf(files.verdict));
}

/** Evidence may be large, and its schema stands in front. */
function beginningOf(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return '';
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.toString('utf8', 0, readSync(handle, bytes));
  } finally {
    closeSync(handle);
  }
}

function foreign(output: string, what: string): GreenlightError {
  return new GreenlightError('DIRECTORY_TAKEN', `--output ${output}: ${what}; nothing in it was touched`);
}
