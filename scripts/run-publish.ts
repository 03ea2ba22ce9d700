import { rmSync } from 'node:fs';
import { Evidence } from '../contract/evidence.ts';
import { Verdict } from '../contract/verdict.ts';
import { renderers } from '../reporters/renderers/index.ts';
import { startedVerdict } from '../reporters/started-verdict.ts';
import { writeFileAtomically } from '../reporters/publishers/atomic-write.ts';
import { decide } from './decide.ts';
import { renderReport } from './render-report.ts';
import type { ReportFiles } from './report-files.ts';
import type { PreparedRun } from './run-prepare.ts';

/**
 * Replaces whatever verdict is there by "started, not finished", so that a run that is killed leaves no GO behind.
 * @throws the system's error when it cannot be written; an old verdict is removed then if at all possible
 */
export function publishStarted({ head, manifest, files, redactor }: PreparedRun): void {
  writeVerdict(files, redactor.deep(startedVerdict({ ...head, manifest: [...manifest] })));
}

/** Writes a verdict; if that fails, at least the old one must not stay. */
function writeVerdict(files: ReportFiles, verdict: Verdict): void {
  try {
    writeFileAtomically(files.verdict, renderers.json(Verdict.parse(verdict)));
  } catch (error) {
    rmSync(files.verdict, { force: true });
    throw error;
  }
}

/**
 * Writes evidence, report and, as the very last file, the verdict: whoever sees a GO can read why.
 * @throws the system's error when anything of it cannot be written; the verdict on disk is still INCONCLUSIVE then
 */
export function publishRun({ files, redactor }: PreparedRun, collected: Evidence): Verdict {
  // Redaction must not break the evidence: what is written is what is judged, now and later.
  const evidence = Evidence.parse(redactor.deep(collected));
  const text = `${JSON.stringify(evidence, null, 2)}\n`;
  const verdict = decide(evidence, text, new Date().toISOString());
  writeFileAtomically(files.evidence, text);
  for (const [file, rendered] of renderReport(verdict, files)) writeFileAtomically(file, rendered);
  writeVerdict(files, verdict);
  return verdict;
}
