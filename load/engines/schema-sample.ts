const ONE_IN = 100;

/**
 * Whether an iteration's answers are held against the full schema: the first of every virtual user, and then a seeded
 * one in a hundred, so that a repeated run looks at the same ones. Portable. What depends on the user alone is done
 * once: in k6's engine a loop over a text costs as much as half a request.
 */
export function schemaSample(seed: string, user: number): (iteration: number) => boolean {
  // FNV-1a
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${user}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }
  return (iteration) => {
    if (iteration === 0) return true;
    // Two rounds of mixing: the last bits of one multiplication follow those of the iteration.
    const mixed = Math.imul(hash ^ iteration, 0x9e3779b1);
    return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 8) % ONE_IN === 0;
  };
}

/** So many answers of a window are looked at, evenly over its time, besides the share of all. */
const SPREAD_OVER_WINDOW = 120;
const MOST_AT_ONCE = 10;

/**
 * Whether an iteration that begins now is looked at so that a short or slow load has a sample as well: one in a
 * hundred of few is none. Portable.
 * @param durationS length of the window
 * @param among how many ask by themselves, each its own
 */
export function evenSample(durationS: number, among: number): (nowMs: number) => boolean {
  const everyMs = (durationS * 1000 * among) / SPREAD_OVER_WINDOW;
  let due: number | undefined;
  return (nowMs) => {
    if (due !== undefined && nowMs < due) return false;
    // Of iterations that begin together, as many are looked at as the time before them lets; and never a whole backlog.
    due = Math.max(due ?? nowMs, nowMs - MOST_AT_ONCE * everyMs) + everyMs;
    return true;
  };
}
