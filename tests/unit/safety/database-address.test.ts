import { describe, expect, test } from 'vitest';
import { openMysql } from '../../../data-checks/mysql/session.ts';
import { openSession } from '../../../data-checks/postgres/session.ts';
import { postgresAddressProblem } from '../../../safety/database-address.ts';
import { parseStoreUrl } from '../../../gate/serve-options.ts';
import { greenlight } from '../../contracts/data-checks/greenlight-command.ts';

describe('an address that the driver would read otherwise than it is meant', () => {
  const WRONG: readonly (readonly [string, RegExp])[] = [
    ['postgres://app:hunter2@old-1,old-2/shop', /several hosts \(old-1 and old-2\)/],
    ['postgres://app:hunter2@old-1:5432,old-2:5433/shop?sslmode=require', /old-1:5432 and old-2:5433/],
    ['postgresql://app:hunter2@/shop?host=old-1,old-2', /several hosts \(old-1 and old-2\)/],
    ['postgres://app:hunter2@[::1]:5432,[::1]:5433/shop', /\[::1\]:5432 and \[::1\]:5433/],
    ['postgres://app:hunter2@old/shop?ssl=false', /ssl=.*sslmode=disable/],
    ['postgres://app:hunter2@old/shop?sslmode=verify-full&sslrootcert=system', /sslrootcert=system/],
  ];

  test.each(WRONG)('%s is refused before anything connects, without its password', async (url, words) => {
    for (const side of ['--old', '--new']) {
      const other = side === '--old' ? '--new' : '--old';
      for (const command of ['diff', 'state']) {
        const end = await greenlight('data', command, side, url, other, 'postgres://127.0.0.1:1/shop');
        expect(end.code).toBe(64);
        expect(end.err).toMatch(words);
        expect(end.err + end.out).not.toContain('hunter2');
      }
    }
    await expect(openSession({ url, statementTimeoutMs: 1000 })).rejects.toThrow(words);
    expect(() => parseStoreUrl(url, {})).toThrow(words);
  });

  test('several hosts of MariaDB too', async () => {
    const url = 'mysql://app:hunter2@old-1,old-2/shop';
    await expect(openMysql({ url, timeoutMs: 1000 })).rejects.toThrow(/several hosts \(old-1 and old-2\)/);
  });

  test.each([
    'postgres://app:a,b@old/shop',
    'postgres://app@old:5432/shop,archive',
    'postgres://app@old/shop?application_name=a,b',
    'postgres://app@/shop?host=/var/run/postgresql',
    'postgres://app@old/shop?ssl=true',
    'postgres://app@old/shop?sslmode=disable',
    'postgres://app@[::1]:5432/shop?sslmode=verify-full&sslrootcert=/etc/ssl/shop.pem',
  ])('%s is none', (url) => {
    expect(postgresAddressProblem(url)).toBeUndefined();
  });
});
