import { type Attestation, statementKey } from '../../contract/evidence/attestation.ts';
import type { RequiredAttestation } from '../../contract/verdict/policy.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import { answers, problemOf, type StatedAbout } from '../../reporters/judge/attestations.ts';

/**
 * Of all that was ever stated, what belongs into the evidence of one run: each statement once, on this target, that the
 * policy asks for. What was said of other releases does not pile up there: of that only each person's newest word is
 * told, and only where nothing else answers.
 * @param now when it is read, ISO time
 */
export function statementsFor(
  stated: readonly Attestation[],
  required: readonly RequiredAttestation[],
  about: StatedAbout,
  now: string,
): readonly Attestation[] {
  const distinct = new Map(stated.map((one) => [statementKey(one), { ...one, enteredAt: now }]));
  const here = [...distinct.values()].filter((one) => one.target === about.target);
  const taken = new Set(
    required.flatMap((requirement) => {
      const mine = here.filter((one) => answers(one, requirement));
      const counting = mine.filter((one) => problemOf(one, requirement, about, now) === undefined);
      return counting.length > 0 ? [...counting, ...contested(mine, requirement, about, now)] : newest(mine);
    }),
  );
  return [...taken];
}

/** Somebody without the role or the key has spoken beside those who may: whoever decides should know. */
function contested(
  mine: readonly Attestation[],
  requirement: RequiredAttestation,
  about: StatedAbout,
  now: string,
): readonly Attestation[] {
  // As if it were about everything: what is left to object to is who said it, and when.
  const anything = { ...requirement, validFor: 'target' } as const;
  return mine.filter((one) => problemOf(one, anything, about, now) !== undefined);
}

function newest(stated: readonly Attestation[]): readonly Attestation[] {
  const last = new Map<string, Attestation>();
  for (const one of stated) {
    const key = plain(one.name);
    const before = last.get(key);
    if (before === undefined || Date.parse(before.at) <= Date.parse(one.at)) last.set(key, one);
  }
  return [...last.values()];
}
