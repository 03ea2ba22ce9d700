import { SUBJECT, VerdictStatement } from '../contract/verdict/proof.ts';
import type { StoredVerdict } from '../contract/ports/gate-store.ts';
import { openEnvelope, signersOf } from '../signing/envelope.ts';
import type { VerificationKey } from '../signing/key-file.ts';

/**
 * Why a GO is not to be believed by a gate that has keys. Only GO is ever signed, so nothing else can be asked of the
 * other decisions; they let nothing through.
 * @returns null when one of the keys signed exactly this verdict
 */
export function proofDoubt(verdict: StoredVerdict, keys: readonly VerificationKey[]): string | null {
  if (verdict.proof === null) return 'The GO is not signed, and this gate wants a signature.';
  let signed: boolean;
  let statement: unknown;
  try {
    const opened = openEnvelope(verdict.proof);
    signed = signersOf(opened, keys).length > 0;
    statement = opened.statement;
  } catch {
    return 'The signature of the GO cannot be read.';
  }
  if (!signed) return 'The GO is not signed by a key of this gate.';
  const parsed = VerdictStatement.safeParse(statement);
  if (!parsed.success) return 'What was signed is no verdict.';
  return isAbout(parsed.data, verdict) ? null : 'What was signed is another verdict.';
}

function isAbout({ subject, predicate }: VerdictStatement, verdict: StoredVerdict): boolean {
  const said = predicate.greenlight;
  const digest = subject.find(({ name }) => name === SUBJECT.verdict)?.digest['sha256'];
  return (
    said.decision === 'GO' &&
    predicate.result !== 'FAILED' &&
    `sha256:${digest}` === verdict.digest &&
    said.run.id === verdict.run &&
    said.run.nonce === verdict.nonce &&
    said.run.phase === verdict.phase &&
    said.target === verdict.target &&
    (said.release?.id ?? null) === verdict.release &&
    (said.release?.commit ?? null) === verdict.commit &&
    (said.release?.artifact ?? null) === verdict.artifact &&
    said.decidedAt === verdict.decidedAt &&
    said.expiresAt === verdict.expiresAt
  );
}
