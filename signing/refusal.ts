/** Why a proof does not allow what is about to be done. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One plain sentence. */
  readonly message: string;
}

/** The kinds of refusal, for machines. */
export type RefusalCode =
  | 'missing'
  | 'malformed'
  | 'unsigned'
  | 'wrong-key'
  | 'not-go'
  | 'other-release'
  | 'other-commit'
  | 'other-artifact'
  | 'other-target'
  | 'other-url'
  | 'other-nonce'
  | 'other-phase'
  | 'other-plan'
  | 'other-policy'
  | 'from-the-future'
  | 'expired'
  | 'too-old'
  | 'files-missing'
  | 'verdict-edited'
  | 'evidence-edited'
  | 'sign-off-missing'
  | 'sign-off-says-no';

export function refusal(code: RefusalCode, message: string): Refusal {
  return { code, message };
}
