import type { LoadResult } from '../../contract/load/load-result.ts';

/** Finer than any latency that a limit is about; a day of it is 8.6 MB. */
const STEP_MS = 10;
const SHORTEST_MS = 50;
/** A day with a stall every twenty seconds fits; the rest is counted. */
const MOST = 5000;

/** Keeps at which times answers came, in whatever order it is told, and knows the stretches in which none did. */
export class Silences {
  #answered = new Uint8Array(1024);

  /** @param sinceMs since the measured window began */
  answered(sinceMs: number): void {
    const step = Math.max(0, Math.floor(sinceMs / STEP_MS));
    if (step >= this.#answered.length) {
      const larger = new Uint8Array(Math.max(step + 1, this.#answered.length * 2));
      larger.set(this.#answered);
      this.#answered = larger;
    }
    this.#answered[step] = 1;
  }

  /** The silences within the window, the longest first, and how many more there were. */
  within(windowMs: number): Pick<LoadResult, 'silencesMs' | 'silencesUnlisted'> {
    const steps = Math.ceil(windowMs / STEP_MS);
    const silences: number[] = [];
    let since = 0;
    for (let step = 0; step <= steps; step += 1) {
      if (step < steps && this.#answered[step] !== 1) continue;
      const silenceMs = Math.min(windowMs, step * STEP_MS) - since;
      if (silenceMs >= SHORTEST_MS) silences.push(silenceMs);
      since = (step + 1) * STEP_MS;
    }
    return listed(silences);
  }
}

/** @param unlisted how many more there are, each at most as long as `longest` */
export function listed(
  silences: readonly number[],
  { unlisted, longest }: { readonly unlisted: number; readonly longest: number } = {
    unlisted: 0,
    longest: 0,
  },
): Pick<LoadResult, 'silencesMs' | 'silencesUnlisted'> {
  const silencesMs = [...silences]
    .sort((a, b) => b - a)
    .filter((silence) => silence >= longest)
    .slice(0, MOST);
  const more = silences.length - silencesMs.length + unlisted;
  return { silencesMs, ...(more === 0 ? {} : { silencesUnlisted: more }) };
}
