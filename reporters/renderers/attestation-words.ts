import type { Attestation } from '../../contract/evidence/attestation.ts';
import type { AttestationResult } from '../../contract/verdict/verdict.ts';
import { time } from './words.ts';

/** What people read for the state of a statement. */
export const ATTESTATION_WORDS: Record<AttestationResult['state'], string> = {
  attested: 'attested',
  refused: 'refused',
  expired: 'too old',
  missing: 'missing',
};

/** `2026-11-20 08:00:00 UTC, 2 h before; signed by 3f2c1ab09d12`. @param decidedAt ISO time of the verdict */
export function whenAndHow({ at, key }: Attestation, decidedAt: string): string {
  const age = ageWords(Date.parse(decidedAt) - Date.parse(at));
  const signed = key === undefined ? 'unsigned' : `signed by ${key.slice(0, 12)}`;
  return `${time(at)}${age === undefined ? '' : `, ${age} before`}; ${signed}`;
}

/** Why, and what was looked at: `two shifts; saw restore.log (sha256:…)`. */
export function saidBeside({ comment, seen = [] }: Attestation): string {
  const looked = seen.map(({ text, digest }) => (digest === undefined ? text : `${text} (${digest})`));
  return [comment, ...(looked.length === 0 ? [] : [`saw ${looked.join(', ')}`])]
    .filter((text) => text !== '')
    .join('; ');
}

/** `5 min`, `3 h`, `4 d`; undefined for what is not in the past. */
export function ageWords(ms: number): string | undefined {
  if (!(ms >= 0)) return undefined;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2 * 24 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
