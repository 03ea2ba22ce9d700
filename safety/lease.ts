import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireNumberedLease, type Lease, type LeaseTaker, refuseWhileHeld } from './numbered-lease.ts';
import { fileNameOf } from '../host/state-file.ts';

export type { Lease } from './numbered-lease.ts';

/** The place of one process among those that share a run. */
export interface LeaseShare {
  /** The same for all of them; letters and digits. */
  readonly group: string;
  readonly part: string;
}

const OLD_SHARE_MS = 24 * 60 * 60_000;

/**
 * Takes the lease of a target, or refuses at once. Processes that share one run hold a lease each; none of them works
 * beside a run that is not theirs.
 * @throws GreenlightError LEASE_HELD that names the holder and the file
 */
export async function acquireLease(
  options: LeaseTaker & { readonly stateDirectory: string; readonly share?: LeaseShare | undefined },
): Promise<Lease> {
  const { stateDirectory, share, ...taker } = options;
  const whole = join(stateDirectory, 'leases', fileNameOf(taker.target));
  const shares = `${whole}.shares`;
  const own = share === undefined ? whole : join(shares, `${share.group}.${share.part}`);
  const lease = await acquireNumberedLease(own, taker);
  try {
    // Taken first and looked second: of two that come at the same time, at least one sees the other.
    if (share !== undefined) await refuseWhileHeld(whole, own, taker.target);
    for (const name of existsSync(shares) ? await readdir(shares) : []) {
      if (share !== undefined && name.startsWith(`${share.group}.`)) continue;
      const other = join(shares, name);
      await refuseWhileHeld(other, own, taker.target);
      await removeWhenOld(other);
    }
    return lease;
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** Every shared run leaves directories of its own; a day later, and not held, nobody is about to use them. */
async function removeWhenOld(directory: string): Promise<void> {
  const seen = await stat(directory).catch(() => undefined);
  if (seen && Date.now() - seen.mtimeMs > OLD_SHARE_MS) await rm(directory, { recursive: true, force: true });
}
