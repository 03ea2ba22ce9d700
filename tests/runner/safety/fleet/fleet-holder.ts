/**
 * Takes the lease of a target again and again, by what machines without a common directory see alone:
 * `<postgres|redis> <url> <rounds> <room>`. While it holds it, no other process may: each makes a file that must not exist.
 */
import { closeSync, openSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GreenlightError } from '../../../../contract/errors.ts';
import { acquirePostgresLease } from '../../../../safety/fleet-lease/postgres.ts';
import { acquireRedisLease } from '../../../../safety/fleet-lease/redis.ts';
import type { Lease } from '../../../../safety/numbered-lease.ts';

const [adapter = '', url = '', rounds = '1', room = ''] = process.argv.slice(2);
const taker = { target: 'shop', run: `r${process.pid}`, phase: 'synthetic' } as const;

async function acquire(): Promise<Lease> {
  for (;;) {
    try {
      return await (adapter === 'redis' ? acquireRedisLease(url, taker) : acquirePostgresLease(url, taker));
    } catch (error) {
      if (!(error instanceof GreenlightError && error.code === 'LEASE_HELD')) throw error;
      await sleep(Math.random() * 5);
    }
  }
}

let lastToken = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const lease = await acquire();
  try {
    closeSync(openSync(room, 'wx'));
  } catch {
    process.stdout.write('overlap\n');
    process.exit(3);
  }
  if (lease.token !== undefined && lease.token <= lastToken) {
    process.stdout.write('an old token\n');
    process.exit(4);
  }
  lastToken = lease.token ?? lastToken;
  await sleep(Math.random() * 2);
  rmSync(room);
  await lease.release();
}
process.stdout.write('done\n');
