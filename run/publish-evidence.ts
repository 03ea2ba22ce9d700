import { rmSync } from 'node:fs';
import type { Evidence } from '../contract/evidence/evidence.ts';
import { Verdict } from '../contract/verdict/verdict.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { renderers } from '../reporters/renderers/index.ts';
import { judge } from '../reporters/judge.ts';
import { sha256Of } from '../host/file-digest.ts';
import { decisionTimeOf } from './decision-time.ts';
import { renderReport } from './render-report.ts';
import { removeProofs, type ReportFiles } from '../host/report-files.ts';
import type { SigningKey } from '../signing/key-file.ts';
import { sealOf } from '../signing/seal.ts';
import { writeProof } from '../signing/write-proof.ts';

/**
 * Judges evidence and writes evidence, its seal, report, proof and, as the very last file, the verdict: whoever sees a GO can
 * read why, and has its proof.
 * @throws the system's error when anything of it cannot be written; no GO of this or an earlier run is there then
 */
export function publishEvidence(
  files: ReportFiles,
  evidence: Evidence,
  signingKeys: readonly SigningKey[],
): Verdict {
  const text = `${JSON.stringify(evidence, null, 2)}\n`;
  const verdict = judge(evidence, decisionTimeOf(evidence), sha256Of(text));
  removeProofs(files);
  writeFileAtomically(files.evidence, text);
  const { id, nonce } = evidence.run;
  const seal = sealOf({ of: 'evidence', digest: sha256Of(text), run: { id, nonce } }, signingKeys);
  if (seal !== undefined) writeFileAtomically(files.evidenceSeal, `${JSON.stringify(seal, null, 2)}\n`);
  for (const [file, rendered] of renderReport(verdict, files)) writeFileAtomically(file, rendered);
  writeVerdict(files, verdict, signingKeys);
  return verdict;
}

/** Writes a verdict and what proves it; if that fails, neither an old one nor half of the new may stay. */
export function writeVerdict(
  files: ReportFiles,
  verdict: Verdict,
  signingKeys: readonly SigningKey[] = [],
): void {
  try {
    const text = renderers.json(Verdict.parse(verdict));
    writeProof(files, verdict, text, signingKeys);
    writeFileAtomically(files.verdict, text);
  } catch (error) {
    rmSync(files.verdict, { force: true });
    removeProofs(files);
    throw error;
  }
}
