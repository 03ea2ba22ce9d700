import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

const LIFETIME_S = 3600;

/** Logged-in customers, by bearer token, in Redis. */
export interface Sessions {
  open(customerId: string): Promise<string>;
  /** The customer's id, or undefined for a token that is unknown or too old. */
  customerOf(token: string): Promise<string | undefined>;
  end(token: string): Promise<void>;
}

/** Keeps sessions under a prefix, so that two shops can share one Redis without sharing customers. */
export function createSessions(redis: Redis, prefix: string): Sessions {
  const key = (token: string): string => `${prefix}:session:${token}`;
  return {
    open: async (customerId) => {
      const token = randomBytes(24).toString('base64url');
      await redis.set(key(token), customerId, 'EX', LIFETIME_S);
      return token;
    },
    customerOf: async (token) => (await redis.get(key(token))) ?? undefined,
    end: async (token) => {
      await redis.del(key(token));
    },
  };
}
