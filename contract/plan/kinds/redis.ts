import type { RedisMapping } from '../redis-plan.ts';
import { listedKind } from './check-kind.ts';

/** Redis databases, key by key. */
export const redis = listedKind({
  room: 'data-checks',
  at: 'data.redis',
  countsObjects: true,
  draft: ({ emptyBecause }: RedisMapping) => ({
    project: 'data-checks',
    floor: emptyBecause === undefined ? 1 : 0,
  }),
});
