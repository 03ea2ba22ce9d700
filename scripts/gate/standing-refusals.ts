import type { StoredVerdict, StoreReading } from '../../contract/ports/verdict-store.ts';

const MOST = 10_000;

/**
 * Remembers every fresh NO_GO that was seen. A run whose file is replaced or removed while it is fresh would
 * otherwise turn a refusal into "unknown", or into another run's GO. Lives as long as the process.
 * @returns the reading, completed by the refusals about the same target that it no longer holds
 */
export function createStandingRefusals(): (
  target: string,
  reading: StoreReading,
  now: number,
) => StoreReading {
  const refusals = new Map<string, StoredVerdict>();
  return (target, reading, now) => {
    for (const verdict of reading.verdicts) {
      if (verdict.decision === 'NO_GO') refusals.set(verdict.run, verdict);
    }
    for (const [run, { expiresAt }] of refusals) {
      // A time that cannot be read is over.
      if (!(Date.parse(expiresAt) > now)) refusals.delete(run);
    }
    if (refusals.size > MOST) throw new Error(`more than ${MOST} fresh refusals`);
    const missing = [...refusals.values()].filter(
      (refusal) =>
        refusal.target === target &&
        !reading.verdicts.some((verdict) => verdict.run === refusal.run && verdict.decision === 'NO_GO'),
    );
    return { ...reading, verdicts: [...reading.verdicts, ...missing] };
  };
}
