import type { Attestation } from '../../contract/evidence/attestation.ts';
import type { Redactor } from '../../safety/redactor.ts';

/**
 * A statement as it may stand in evidence: whoever wrote it did so where other secrets were known, or none. Only what is
 * free text is masked; by the rest it is decided whether it counts.
 */
export function withoutSecrets(said: Attestation, redactor: Pick<Redactor, 'text'>): Attestation {
  const seen = said.seen?.map((one) => ({ ...one, text: redactor.text(one.text) }));
  return { ...said, comment: redactor.text(said.comment), ...(seen === undefined ? {} : { seen }) };
}
