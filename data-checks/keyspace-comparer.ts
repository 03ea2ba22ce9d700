import { Unavailable } from '../contract/cannot-tell.ts';
import { PortUnavailable } from '../contract/ports/observe.ts';
import { redisAddress } from '../contract/plan/redis-address.ts';
import type { RedisMapping } from '../contract/plan/redis-plan.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { diffKeyspaces } from './redis/diff-keyspaces.ts';
import type { KeyspaceDiff } from './redis/keyspace-diff.ts';

/** Compares two keyspaces of a plan. @throws PortUnavailable when an address is wrong or a server can't be reached */
export async function compareKeyspaces(mapping: RedisMapping, timeoutMs: number): Promise<KeyspaceDiff> {
  const { old, new: next, ignore, prefixes, expiryToleranceMs, rounds, values } = mapping;
  const { maxMemoryShare, maxClientsShare, emptyBecause } = mapping;
  const addresses = { old: resolveSecret(old), new: resolveSecret(next) };
  mustNameDatabases(mapping.id, addresses);
  try {
    return await diffKeyspaces({
      ...addresses,
      prefixes,
      ignore: Object.keys(ignore),
      expiryToleranceMs,
      rounds,
      values,
      timeoutMs,
      ...(maxMemoryShare === undefined ? {} : { maxMemoryShare }),
      ...(maxClientsShare === undefined ? {} : { maxClientsShare }),
      ...(emptyBecause === undefined ? {} : { emptyBecause }),
    });
  } catch (error) {
    if (!(error instanceof Unavailable) || error.side === undefined) throw error;
    throw new PortUnavailable(
      'records',
      `the ${error.side} Redis server: ${error.message}`,
      'Check that both servers run, that their addresses and users are right, and that this host may connect.',
      { cause: error },
    );
  }
}

/** What a secret holds is only known now; an address in the plan itself was looked at when the plan was read. */
function mustNameDatabases(id: string, addresses: Readonly<Record<'old' | 'new', string>>): void {
  for (const side of ['old', 'new'] as const) {
    const address = redisAddress(addresses[side]);
    if ('database' in address) continue;
    const { value, problem, remedy } = address;
    throw new PortUnavailable(
      'records',
      `${side} of ${id} in data.redis ${problem} (found ${value})`,
      `In the secret, ${remedy}`,
    );
  }
}
