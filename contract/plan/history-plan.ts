import { z } from 'zod';
import { Duration } from './duration.ts';
import { SecretString } from './secret.ts';

/** Where the records of all runs are kept, and for how long. */
export const HistoryPlan = z.strictObject({
  /** Files of one machine, or a database that many share. */
  store: z
    .discriminatedUnion('adapter', [
      /** Files with a line a run, below the state directory. Nothing has to be set up. */
      z.strictObject({
        /** Who keeps them. */
        adapter: z.literal('file'),
        /** Another directory, seen from the folder of the plan; the same for all who share it. */
        directory: z.string().min(1).optional(),
      }),
      /** PostgreSQL, for fleets. `greenlight history migrate` makes its schema. */
      z.strictObject({
        /** Who keeps them. */
        adapter: z.literal('postgres'),
        /** `postgres://user:password@host:5432/name`. */
        url: SecretString,
      }),
    ])
    .default({ adapter: 'file' }),
  /** Older records are removed, but for those with which a decision or an outcome changed. */
  keep: Duration.default('400d'),
});
export type HistoryPlan = z.infer<typeof HistoryPlan>;

/** Who may run beside whom: one run at a time on a target. */
export const LeasePlan = z.discriminatedUnion('adapter', [
  /** A file in the state directory: for one machine, or for several that share the directory. */
  z.strictObject({
    /** Who keeps it. */
    adapter: z.literal('file'),
  }),
  /** A lock in PostgreSQL, besides the file: for machines that share no directory. */
  z.strictObject({
    /** Who keeps it. */
    adapter: z.literal('postgres'),
    /** `postgres://user:password@host:5432/name`, without a pooler that hands out a session by the transaction. */
    url: SecretString,
  }),
  /** A key in Redis with a fencing token, besides the file. Needs the package `ioredis`. */
  z.strictObject({
    /** Who keeps it. */
    adapter: z.literal('redis'),
    /** `redis://user:password@host:6379/0`, or `rediss://`. */
    url: SecretString,
  }),
]);
export type LeasePlan = z.infer<typeof LeasePlan>;
