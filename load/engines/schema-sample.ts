const ONE_IN = 100;

/**
 * Whether this iteration's answers are held against the full schema: the first of every virtual user, and then a seeded
 * one in a hundred, so that a repeated run looks at the same ones. Portable.
 */
export function inSchemaSample(seed: string, user: number, iteration: number): boolean {
  if (iteration === 0) return true;
  // FNV-1a
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${user}/${iteration}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }
  return hash % ONE_IN === 0;
}
