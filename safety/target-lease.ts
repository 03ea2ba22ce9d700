import type { Plan } from '../contract/plan/plan.ts';
import { acquirePostgresLease } from './fleet-lease/postgres.ts';
import { acquireRedisLease } from './fleet-lease/redis.ts';
import { acquireLease, type Lease, type LeaseShare } from './lease.ts';
import type { LeaseTaker } from './numbered-lease.ts';
import { resolveSecret } from './secrets.ts';

/**
 * Takes the lease of the plan's target, or refuses at once: the file, and what machines without a common directory see.
 * A part of a shared run takes no key in Redis, which knows no parts.
 * @throws GreenlightError LEASE_HELD that names the holder, LEASE_UNREADABLE, LEASE_UNASKED, STATE_UNWRITABLE, or SECRET_MISSING
 */
export async function acquireTargetLease(options: {
  readonly plan: Pick<Plan, 'lease'>;
  readonly env: NodeJS.ProcessEnv;
  readonly stateDirectory: string;
  readonly taker: LeaseTaker;
  readonly share?: LeaseShare | undefined;
}): Promise<Lease> {
  const { plan, env, stateDirectory, taker, share } = options;
  // First, because it names more of its holder.
  const file = await acquireLease({ stateDirectory, share, ...taker });
  try {
    const fleet = await fleetLease(plan.lease, env, taker, share?.group);
    if (fleet === undefined) return file;
    return {
      ...fleet,
      release: async () => {
        try {
          await fleet.release();
        } finally {
          await file.release();
        }
      },
    };
  } catch (error) {
    await file.release();
    throw error;
  }
}

function fleetLease(
  lease: Plan['lease'],
  env: NodeJS.ProcessEnv,
  taker: LeaseTaker,
  group: string | undefined,
): Promise<Lease | undefined> {
  if (lease.adapter === 'postgres') return acquirePostgresLease(resolveSecret(lease.url, env), taker, group);
  if (lease.adapter === 'redis' && group === undefined)
    return acquireRedisLease(resolveSecret(lease.url, env), taker);
  return Promise.resolve(undefined);
}
