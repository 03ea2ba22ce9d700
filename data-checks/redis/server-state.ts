import type { KeyspaceDiff } from './keyspace-diff.ts';
import type { ServerFacts } from './server-facts.ts';

/** Of old and of new. */
export type BothFacts = readonly [ServerFacts, ServerFacts];

const SIDES = ['old', 'new'] as const;

/** Why two servers can't be compared as they are, or undefined. Pure. */
export function refusal(
  facts: BothFacts,
  databases: readonly [number, number],
): Pick<KeyspaceDiff, 'cause' | 'reason'> | undefined {
  for (const [at, side] of SIDES.entries()) {
    const one = facts[at] ?? {};
    if (one['cluster_enabled'] === '1') {
      const reason = `The ${side} server is one node of a cluster, which has only a part of the keys`;
      return { cause: 'cluster', reason };
    }
    if (one['loading'] === '1' || one['async_loading'] === '1') {
      return { cause: 'loading', reason: `The ${side} server is still loading its data` };
    }
    if (one['master_sync_in_progress'] === '1') {
      return { cause: 'loading', reason: `The ${side} server is a replica that is still being filled` };
    }
    // It goes on answering, with what it got before it lost its primary.
    if (isReplica(one) && one['master_link_status'] !== 'up') {
      const link = one['master_link_status'] ?? 'unknown';
      const reason = `The ${side} server is a replica without its primary (link ${link}), so its keys may be out of date`;
      return { cause: 'stale-replica', reason };
    }
  }
  const [old, next] = facts;
  if (old['run_id'] !== undefined && old['run_id'] === next['run_id'] && databases[0] === databases[1]) {
    const reason = 'Old and new are one database of one server: it would be compared with itself';
    return { cause: 'same-keyspace', reason };
  }
  return undefined;
}

/** What replicas leave open even when they follow their primaries. */
export function replicaNotes(facts: BothFacts): readonly string[] {
  return SIDES.flatMap((side, at) =>
    isReplica(facts[at] ?? {})
      ? [`the primary of ${side}: ${side} is a replica, which may lag behind it`]
      : [],
  );
}

function isReplica({ role }: ServerFacts): boolean {
  return role !== undefined && /slave|replica/.test(role);
}

/** Which server threw keys away meanwhile, for lack of memory, or undefined: an equal key may be gone since. Pure. */
export function evictions(before: BothFacts, after: BothFacts): string | undefined {
  const each = SIDES.flatMap((side, at) => {
    const evicted = Number(after[at]?.['evicted_keys'] ?? 0) - Number(before[at]?.['evicted_keys'] ?? 0);
    return evicted > 0 ? [`${evicted} keys on ${side}`] : [];
  });
  if (each.length === 0) return undefined;
  return `While keys were compared, ${each.join(' and ')} were evicted for lack of memory`;
}

/** Parts of keys that these servers have and nobody compares. */
export function versionNotes(facts: BothFacts): readonly string[] {
  // Valkey calls itself Redis 7.2 for the sake of clients; it has had them since 9.0.
  const fields = facts.some(
    (one) => atLeast(one['redis_version'], 7, 4) || atLeast(one['valkey_version'], 9, 0),
  );
  const counters = facts.some((one) => atLeast(one['redis_version'], 7, 0));
  return [
    ...(fields ? ['expiry of single hash fields'] : []),
    ...(counters ? ['of streams: entries-added, max-deleted-entry-id, entries-read of groups'] : []),
  ];
}

function atLeast(version: string | undefined, major: number, minor: number): boolean {
  const [a = 0, b = 0] = (version ?? '0').split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
