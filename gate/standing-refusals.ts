import type { StoredVerdict, StoreReading } from '../contract/ports/gate-store.ts';

const MOST = 10_000;

/** A reading and the refusals that stand although it may not hold them any more. */
export interface Standing {
  readonly completed: StoreReading;
  /** Refusals that were seen for the first time. */
  readonly fresh: readonly StoredVerdict[];
}

/**
 * Remembers every fresh NO_GO that was seen. A run whose file is replaced or removed while it is fresh would
 * otherwise turn a refusal into "unknown", or into another run's GO. Lives as long as the process; the store keeps
 * them beyond it.
 */
export function createStandingRefusals(): (target: string, reading: StoreReading, now: number) => Standing {
  const refusals = new Map<string, StoredVerdict>();
  return (target, reading, now) => {
    const fresh: StoredVerdict[] = [];
    for (const verdict of reading.verdicts) {
      if (verdict.decision !== 'NO_GO' || !(Date.parse(verdict.expiresAt) > now)) continue;
      if (!refusals.has(verdict.run)) fresh.push(verdict);
      refusals.set(verdict.run, verdict);
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
    return { completed: { ...reading, verdicts: [...reading.verdicts, ...missing] }, fresh };
  };
}
