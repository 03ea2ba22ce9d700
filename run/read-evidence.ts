import { readFileSync } from 'node:fs';
import { GreenlightError } from '../contract/errors.ts';
import type { Evidence } from '../contract/evidence/evidence.ts';
import { parseEvidence } from '../reporters/parse-evidence.ts';
import { sha256Of } from '../host/file-digest.ts';
import { digestOf } from '../host/load-config.ts';
import { readText } from '../host/read-report.ts';
import type { VerificationKey } from '../signing/key-file.ts';
import { mustBeSealed } from '../signing/seal.ts';

/** Evidence and the exact text that it was read from. */
export interface ReadEvidence {
  readonly evidence: Evidence;
  readonly text: string;
}

/** Where the seal of an evidence file lies: `evidence.seal.json` beside `evidence.json`. */
export function sealFileOf(evidenceFile: string): string {
  return `${evidenceFile.replace(/\.json$/, '')}.seal.json`;
}

/**
 * Reads evidence that is to be judged. With a key it must be what its run wrote, by the seal beside it; without one, a
 * digest that whoever edits it can make anew is all there is.
 * @param name what to call it in an error
 * @throws GreenlightError REPORT_NOT_FOUND when it is not there, EVIDENCE_INVALID, EVIDENCE_CHANGED, EVIDENCE_UNSEALED
 */
export function readEvidence(file: string, name: string, keys: readonly VerificationKey[]): ReadEvidence {
  const text = readText(file);
  const evidence = parseEvidence(text, name);
  if (keys.length > 0) {
    const { id, nonce } = evidence.run;
    const wanted = { of: 'evidence', digest: sha256Of(text), run: { id, nonce } } as const;
    mustBeSealed(readSeal(sealFileOf(file)), wanted, keys, name);
  }
  if (digestOf(evidence.policy) !== evidence.policyDigest) {
    throw new GreenlightError('EVIDENCE_CHANGED', `${name}: its policy is not the one that its digest names`);
  }
  return { evidence, text };
}

/** Undefined when there is none; what cannot be read as JSON is no seal, and is told as such. */
function readSeal(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
