import type { Envelope, SignOffStatement, VerdictStatement } from '../contract/verdict/proof.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { sigstoreBundle } from './sigstore-bundle.ts';
import { verdictStatement } from './verdict-statement.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { sha256Of } from '../host/file-digest.ts';
import type { ReportFiles } from '../host/report-files.ts';
import { signStatement } from './envelope.ts';
import type { SigningKey } from './key-file.ts';

/**
 * Signs a verdict that allows and writes the proof; nothing for any other verdict, and nothing without a key.
 * @param verdictText the bytes of verdict.json, as they are or will be on disk
 * @throws the system's error when a file cannot be written
 */
export function writeProof(
  files: ReportFiles,
  verdict: Verdict,
  verdictText: string,
  keys: readonly SigningKey[],
): void {
  const [first] = keys;
  if (first === undefined) return;
  const statement = verdictStatement(verdict, sha256Of(verdictText));
  if (statement === undefined) return;
  const envelope = writeEnvelope(files.proof, statement, keys);
  const bundle = sigstoreBundle(envelope, Buffer.from(first.id, 'hex').toString('base64'));
  if (bundle !== undefined) writeFileAtomically(files.sigstoreBundle, `${JSON.stringify(bundle, null, 2)}\n`);
}

/** Signs a statement into a file. */
export function writeEnvelope(
  file: string,
  statement: VerdictStatement | SignOffStatement,
  keys: readonly SigningKey[],
): Envelope {
  const envelope = signStatement(statement, keys);
  writeFileAtomically(file, `${JSON.stringify(envelope, null, 2)}\n`);
  return envelope;
}
