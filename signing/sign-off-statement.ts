import {
  SIGN_OFF_PREDICATE,
  STATEMENT_TYPE,
  SUBJECT,
  type SignOffStatement,
} from '../contract/verdict/proof.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';

/** What one person says. */
export type SignOff = Pick<
  SignOffStatement['predicate'],
  'decision' | 'name' | 'role' | 'comment' | 'signedAt'
>;

/**
 * The statement of one person about exactly one verdict: it is worth nothing for any other run.
 * @param verdictDigest `sha256:<hex>` of the bytes of verdict.json
 */
export function signOffStatement(
  signOff: SignOff,
  verdict: Verdict,
  verdictDigest: string,
): SignOffStatement {
  const { decision, name, role, comment, signedAt } = signOff;
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: SUBJECT.verdict, digest: { sha256: verdictDigest.replace(/^sha256:/, '') } }],
    predicateType: SIGN_OFF_PREDICATE,
    predicate: {
      decision,
      name,
      role,
      comment,
      signedAt,
      run: { id: verdict.run.id, nonce: verdict.run.nonce },
    },
  };
}
