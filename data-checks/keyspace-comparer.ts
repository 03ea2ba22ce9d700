import { PortUnavailable } from '../contract/ports/observe.ts';
import type { RedisMapping } from '../contract/redis-plan.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { diffKeyspaces, RedisUnavailable } from './redis/diff-keyspaces.ts';
import type { KeyspaceDiff } from './redis/keyspace-diff.ts';

/** Compares two keyspaces of a plan. @throws PortUnavailable when a server can't be reached */
export async function compareKeyspaces(mapping: RedisMapping, timeoutMs: number): Promise<KeyspaceDiff> {
  const { old, new: next, ignore, prefixes, expiryToleranceMs, rounds, values } = mapping;
  const { maxMemoryShare, maxClientsShare, emptyBecause } = mapping;
  try {
    return await diffKeyspaces({
      old: resolveSecret(old),
      new: resolveSecret(next),
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
    if (!(error instanceof RedisUnavailable)) throw error;
    throw new PortUnavailable(
      'records',
      `the ${error.side} Redis server: ${error.message}`,
      'Check that both servers run, that their addresses and users are right, and that this host may connect.',
      { cause: error },
    );
  }
}
