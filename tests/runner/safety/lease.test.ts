import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLease } from '../../../safety/lease.ts';
import { SILENT_AFTER_MS } from '../../../safety/numbered-lease.ts';
import { lifeOf, ownIdentity } from '../../../host/process-identity.ts';
import { fileNameOf } from '../../../host/state-file.ts';
import { ended, said, startProcess } from './run-processes.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'greenlight-lease-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const acquire = (run: string, target = 'shop') =>
  acquireLease({ stateDirectory: state, target, run, phase: 'synthetic' });
const directory = (): string => join(state, 'leases', fileNameOf('shop'));

/** A lease as another process left it. */
async function leaveLease(holder: object | null, number = 1): Promise<string> {
  await mkdir(directory(), { recursive: true });
  const file = join(directory(), `${number}.json`);
  await writeFile(file, JSON.stringify({ lease: 'other', holder }));
  return file;
}
const other = (over: object) => ({
  ...ownIdentity(),
  target: 'shop',
  run: 'other-run',
  phase: 'post-cutover',
  startedAt: '2026-11-21T00:00:00.000Z',
  ...over,
});

test('a state directory that cannot be made is named, with what to do', async () => {
  await writeFile(join(state, 'file'), '');
  const taken = acquireLease({
    stateDirectory: join(state, 'file'),
    target: 'shop',
    run: 'r1',
    phase: 'synthetic',
  });
  await expect(taken).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' });
});

describe('one lease', () => {
  test('refuses to overlap with itself and names the holder', async () => {
    const lease = await acquire('r1');
    await expect(acquire('r2')).rejects.toMatchObject({ code: 'LEASE_HELD' });
    await expect(acquire('r2')).rejects.toThrow(
      new RegExp(`run r1 \\(synthetic\\).*process ${process.pid} `),
    );
    await lease.release();
    await (await acquire('r2')).release();
  });
  test('another target is free', async () => {
    const lease = await acquire('r1');
    await (await acquire('r2', 'other shop')).release();
    await lease.release();
  });
  test('releasing twice does not release the next holder', async () => {
    const first = await acquire('r1');
    await first.release();
    const second = await acquire('r2');
    await first.release();
    await expect(acquire('r3')).rejects.toThrow('run r2');
    await second.release();
    expect((await readdir(directory())).length).toBe(1);
  });
  test('a pid that someone else uses now does not hold it', async () => {
    await leaveLease(other({ pid: process.ppid, start: '1' }));
    await (await acquire('r1')).release();
  });
  test('a live process holds it', async () => {
    await leaveLease(other({ pid: process.ppid, start: null }));
    await expect(acquire('r1')).rejects.toThrow('run other-run');
  });
  test('a holder on another host holds it while it beats, and not after a long silence', async () => {
    const file = await leaveLease(other({ host: 'elsewhere' }));
    await expect(acquire('r1')).rejects.toThrow('on elsewhere');
    const longAgo = new Date(Date.now() - SILENT_AFTER_MS - 5_000);
    await utimes(file, longAgo, longAgo);
    await (await acquire('r1')).release();
  });
  test('a lease file that cannot be read is held: nobody knows by whom', async () => {
    await mkdir(directory(), { recursive: true });
    await writeFile(join(directory(), '1.json'), '{"lease":');
    await expect(acquire('r1')).rejects.toThrow('cannot be read');
  });
});

describe('the leases of a run that several processes share', () => {
  const part = (name: string, group = 'aaaa1111') =>
    acquireLease({
      stateDirectory: state,
      target: 'shop',
      run: `${group}-${name}`,
      phase: 'synthetic',
      share: { group, part: name },
    });

  test('go together, each part once', async () => {
    const leases = [await part('1'), await part('2'), await part('load')];
    await expect(part('2')).rejects.toMatchObject({ code: 'LEASE_HELD' });
    for (const lease of leases) await lease.release();
    await (await part('2')).release();
  });
  test('refuse every other run, and are refused beside one', async () => {
    const shard = await part('1');
    await expect(acquire('r1')).rejects.toThrow('run aaaa1111-1');
    await expect(part('1', 'bbbb2222')).rejects.toThrow('run aaaa1111-1');
    await shard.release();
    // Who was refused left nothing behind that would hold up the next.
    const whole = await acquire('r2');
    await expect(part('1')).rejects.toThrow('run r2');
    await whole.release();
    await (await part('1', 'bbbb2222')).release();
  });
  test('leave nothing for ever', async () => {
    await (await part('1')).release();
    const shares = `${directory()}.shares`;
    const lastWeek = new Date(Date.now() - 7 * 24 * 60 * 60_000);
    await utimes(join(shares, 'aaaa1111.1'), lastWeek, lastWeek);
    await (await acquire('r1')).release();
    expect(await readdir(shares)).toEqual([]);
  });
});

describe('between processes', () => {
  test('a killed holder is taken over at once', async () => {
    const holder = startProcess('lease-holder.ts', [state, '1', 'hold']);
    await said(holder, 'holding');
    await expect(acquire('r1')).rejects.toThrow(`run r${holder.pid}`);
    const identity = { ...ownIdentity(), pid: holder.pid ?? 0, start: null };
    expect(lifeOf(identity)).toBe('alive');
    holder.kill('SIGKILL');
    await ended(holder);
    expect(lifeOf(identity)).toBe('dead');
    const lease = await acquire('r1');
    const names = await readdir(directory());
    expect(names).toEqual(['2.json']);
    expect(await readFile(join(directory(), '2.json'), 'utf8')).toContain('"run": "r1"');
    await lease.release();
  });

  test('never two at once, however many wait and die', async () => {
    const holders = ['release', 'die', 'release', 'die', 'release', 'die'].map((how) =>
      ended(startProcess('lease-holder.ts', [state, '25', how])),
    );
    const ends = await Promise.all(holders);
    expect(ends.map(({ output }) => output).join('')).toBe('done\n'.repeat(3));
    expect(ends.filter(({ signal }) => signal === 'SIGKILL')).toHaveLength(3);
    await (await acquire('last')).release();
    expect((await readdir(directory())).filter((name) => name.endsWith('.json'))).toHaveLength(1);
  });
});
