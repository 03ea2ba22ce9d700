import { type Fault, LEASE_LOST } from '../contract/evidence/evidence.ts';
import type { Lease } from '../safety/lease.ts';

/**
 * What the lease of a run says at its end. Somebody else may have worked on the target at the same time where it was lost:
 * like a run that was cut short, it is then no answer in either direction.
 */
export async function leaseFaults(lease: Lease | undefined): Promise<readonly Fault[]> {
  // A connection that swallows packets, or a machine that slept, has not told yet.
  await lease?.confirm?.();
  const lost = lease?.lost;
  if (lost?.aborted !== true) return [];
  const reason: unknown = lost.reason;
  const because = reason instanceof Error ? reason.message : String(reason);
  return [{ kind: 'interrupted', message: `${LEASE_LOST}: ${because}` }];
}
