import { z } from 'zod';
import { canonicalJson } from '../evidence/canonical.ts';
import { CheckId } from './check-id.ts';
import { checkOptions } from './check-options.ts';
import type { Problem } from '../errors.ts';
import { object } from '../flow/loose.ts';
import { Phase } from '../evidence/outcome.ts';
import { redisAddress } from './redis-address.ts';
import { SecretString } from './secret.ts';

const Share = z.number().positive().max(1);

/** One Redis database of old and where its keys went. One check of the plan. */
export const RedisMapping = z.strictObject({
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it is asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** `redis://` or `rediss://` addresses; the number of the database is their path. */
  old: SecretString,
  /** The new one, written like `old`. */
  new: SecretString,
  /** Only keys that begin with one of these; default: all. */
  prefixes: z.array(z.string().min(1)).default([]),
  /** Keys to leave out (`*` stands for any text) -> why. Shown in every report. */
  ignore: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** By how much the moments may differ at which a key expires, in milliseconds. */
  expiryToleranceMs: z.number().int().nonnegative().default(1000),
  /** How often differing keys are read again. */
  rounds: z.number().int().min(1).max(10).default(3),
  /** Most of new's memory and clients that may be in use, as shares between 0 and 1. */
  maxMemoryShare: Share.optional(),
  /** Most of new's connections that may be in use: a share between 0 and 1. */
  maxClientsShare: Share.optional(),
  /** Whether reports may show differing values. Keys and names of fields are always shown. */
  values: z.enum(['masked', 'shown']).default('masked'),
  /** Why no keys at all on both sides are right. */
  emptyBecause: z.string().min(1).optional(),
  ...checkOptions,
});
export type RedisMapping = z.infer<typeof RedisMapping>;

/** What is wrong with the Redis databases of a plan. */
export function redisProblems(mappings: readonly unknown[]): Problem[] {
  return mappings.flatMap((raw, index) => {
    const { id, old, new: next } = object(raw);
    const path = `data.redis[${index}]`;
    const same: Problem[] =
      old !== undefined && canonicalJson(old) === canonicalJson(next)
        ? [
            {
              path,
              value: JSON.stringify(id),
              problem: 'old and new are the same, so the keys would be compared with themselves',
              remedy: 'name the old server in old and the new one in new',
            },
          ]
        : [];
    const wrong = Object.entries({ old, new: next }).flatMap(([side, address]): Problem[] => {
      const read = typeof address === 'string' ? redisAddress(address) : undefined;
      return read === undefined || 'database' in read ? [] : [{ path: `${path}.${side}`, ...read }];
    });
    return [...same, ...wrong];
  });
}
