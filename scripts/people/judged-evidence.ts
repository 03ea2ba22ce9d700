import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { GreenlightError } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/evidence/evidence.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { readVerdict } from '../../host/read-report.ts';
import type { ReportFiles } from '../../host/report-files.ts';
import { readEvidence } from '../../run/read-evidence.ts';
import { SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import type { SigningKey } from '../../signing/key-file.ts';
import { publicHalves } from '../../signing/seal.ts';

/** How long another person's statement may take to be put into the same report. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 25;

/**
 * The evidence that the verdict beside it judged.
 * @throws GreenlightError EVIDENCE_CHANGED unless it is exactly that, EVIDENCE_UNSEALED with a key that did not seal it,
 *   KEY_MISSING without that of one that is sealed, RUN_UNFINISHED
 */
export function readJudged(files: ReportFiles, keys: readonly SigningKey[]): Evidence {
  const verdict = readVerdict(files.verdict);
  if (verdict.evidenceDigest === null) {
    throw new GreenlightError(
      'RUN_UNFINISHED',
      `the run ${verdict.run.id} has not finished; with --no-judge the statement is kept, and a run reads at its end what was stated`,
    );
  }
  if (keys.length === 0 && existsSync(files.evidenceSeal)) {
    throw new GreenlightError('KEY_MISSING', `${files.evidence} is sealed, and no key was given`, {
      hint: `A statement changes the evidence: give the key with which the run sealed it (--sign-key or ${SIGNING_KEY_ENV}), or keep it for the next run with --no-judge.`,
    });
  }
  const { evidence, text } = readEvidence(files.evidence, files.evidence, publicHalves(keys));
  if (sha256Of(text) !== verdict.evidenceDigest) {
    throw new GreenlightError('EVIDENCE_CHANGED', `${files.evidence} is not what was judged`);
  }
  return evidence;
}

/**
 * Takes the verdict away and gives the evidence that it judged, as it is now. From then on the old answer does not hold:
 * whoever reads in between must find none. Of several people who state something at once only one can take it; the next
 * one adds to what that one wrote, so that no "no" is overwritten by the "yes" of somebody else.
 * @param run the id of the run that was looked at
 * @throws GreenlightError as above, and EVIDENCE_CHANGED for another run; what stood there stays
 */
export async function takeJudged(
  files: ReportFiles,
  run: string,
  keys: readonly SigningKey[],
): Promise<Evidence> {
  // Named as what is half written: no run takes the directory for somebody else's.
  const taken = `${files.verdict}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const until = Date.now() + PATIENCE_MS;
  while (!moved(files.verdict, taken)) {
    if (Date.now() > until) throw changed(files, run);
    await pause(LOOK_EVERY_MS);
  }
  try {
    const evidence = readJudged({ ...files, verdict: taken }, keys);
    if (evidence.run.id !== run) throw changed(files, run);
    return evidence;
  } catch (error) {
    putBack(taken, files.verdict);
    throw error;
  } finally {
    rmSync(taken, { force: true });
  }
}

/** Whether there is a verdict; waits while somebody else's statement is being put into the report, which has none then. */
export async function hasVerdict({ verdict, evidence }: ReportFiles): Promise<boolean> {
  const until = Date.now() + PATIENCE_MS;
  while (!existsSync(verdict)) {
    if (!existsSync(evidence) || Date.now() > until) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

/** @returns false where there is nothing to move: of several processes one can move a file */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Never over what a run wrote there in the meantime. */
function putBack(taken: string, verdict: string): void {
  if (!existsSync(verdict)) copyFileSync(taken, verdict, constants.COPYFILE_EXCL);
}

function changed({ directory }: ReportFiles, run: string): GreenlightError {
  return new GreenlightError(
    'EVIDENCE_CHANGED',
    `${directory} does not hold the run ${run} any more, and was not judged again`,
  );
}
