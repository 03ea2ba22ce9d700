import type { Undecided } from './state.ts';

/** Characters of a text that a finding shows. */
const MOST = 240;

/** Both texts for a finding; of long ones the part where they begin to differ. */
export function showChange(before: string, after: string): readonly [string, string] {
  if (before.length <= MOST && after.length <= MOST) return [before, after];
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const start = Math.max(0, same - MOST / 3);
  const part = (text: string): string =>
    `${start > 0 ? '...' : ''}${text.slice(start, start + MOST)}${text.length > start + MOST ? '...' : ''}`;
  return [part(before), part(after)];
}

/** Why a check that could not compare some things is not checked. */
export function undecidedReason(undecided: readonly Undecided[]): string {
  const [first] = undecided;
  const more = undecided.length - 1;
  return `could not compare ${first?.summary ?? 'anything'}${more > 0 ? `, and ${more} more` : ''}`;
}
