import { createRequire } from 'node:module';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownIdentity, type ProcessIdentity } from '../../../host/process-identity.ts';
import { resolveBrowser } from '../../../suites/browser.ts';
import { launchOptionsFor } from '../../../suites/page-session.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-browser-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A program that only knows `--version`, in a folder for PATH. */
async function program(name: string, script: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** Nothing of this machine: no browser cache, nothing on PATH but our folder, an unpacking that must fail. */
const bare = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  PATH: directory,
  HOME: '/dev/null',
  TMPDIR: '/dev/null',
  ...extra,
});

describe('which browser is taken', () => {
  test('the one that the environment names, and no other when that one does not start', async () => {
    const named = await program('mine', 'echo Chromium 1');
    await program('chromium', 'echo Chromium 2');
    expect(await resolveBrowser(bare({ GREENLIGHT_BROWSER: named }))).toEqual({
      path: named,
      env: {},
      source: 'environment',
      version: 'Chromium 1',
    });
    expect(await resolveBrowser(bare({ CHROME_PATH: named }))).toMatchObject({ source: 'environment' });
    const wrong = await resolveBrowser(bare({ GREENLIGHT_BROWSER: path.join(directory, 'none') }));
    expect(wrong).toMatchObject({ remedy: 'correct or unset GREENLIGHT_BROWSER' });
  });

  test('on PATH the headless shell first, but not for a window; a program that does not start is passed over', async () => {
    await program('chromium', 'echo Chromium 2');
    const shell = await program('chromium-headless-shell', 'echo Chromium 1');
    const playwrightHasOne = (await resolveBrowser()) as { source?: string };
    if (playwrightHasOne.source !== 'playwright') {
      expect(await resolveBrowser(bare())).toMatchObject({ path: shell, source: 'path' });
      expect(await resolveBrowser(bare(), { headed: true })).toMatchObject({ version: 'Chromium 2' });
      await program('chromium-headless-shell', 'echo "libnss3.so: cannot open" >&2; exit 127');
      expect(await resolveBrowser(bare())).toMatchObject({ version: 'Chromium 2' });
    }
  });

  test('none: says what was tried and how to get one', async () => {
    await program('chromium', 'echo "libnss3.so: cannot open shared object file" >&2; exit 127');
    const none = await resolveBrowser(bare());
    if ('path' in none) return expect(none.source).toBe('playwright');
    expect(none.missing).toContain('libnss3.so: cannot open shared object file');
    expect(none.missing).toContain('@sparticuz/chromium');
    expect(none.remedy).toContain('playwright install');
  });
});

const bundled = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve('@sparticuz/chromium');
    return process.platform === 'linux' && process.arch === 'x64';
  } catch {
    return false;
  }
})();

test.skipIf(!bundled)(
  'the bundled browser is unpacked whole, once for two at the same time, and opens a page',
  async () => {
    const cache = path.join(directory, 'cache');
    await mkdir(path.join(cache, 'greenlight'), { recursive: true, mode: 0o700 });
    const draft = async (name: string, of: ProcessIdentity | undefined): Promise<void> => {
      const at = path.join(cache, 'greenlight', `chromium-1.0.0.${name}`);
      await mkdir(at);
      const mark = JSON.stringify({ schema: 'greenlight/scratch@1', ...of });
      if (of !== undefined) await writeFile(path.join(at, 'greenlight-scratch.json'), mark);
    };
    const own = ownIdentity();
    // What killed unpackings leave behind: of a process that is gone, and of one whose pid another process has now.
    await draft('4194304.0123abcd', { ...own, pid: 4194304 });
    await draft(`${own.pid}.1123abcd`, { ...own, start: '1' });
    // Of one that lives, and of nobody knows whom.
    await draft(`${own.pid}.2123abcd`, own);
    await draft('whose.3123abcd', undefined);
    const env = bare({ XDG_CACHE_HOME: cache });
    const [one, two] = await Promise.all([resolveBrowser(env), resolveBrowser(env)]);
    if ('path' in one && one.source === 'playwright') return;
    expect(one).toMatchObject({ source: 'package' });
    expect(two).toEqual(one);
    const left = await readdir(path.join(cache, 'greenlight'));
    expect(left.sort()).toEqual([
      `chromium-1.0.0.${own.pid}.2123abcd`,
      'chromium-1.0.0.whose.3123abcd',
      expect.stringMatching(/^chromium-[\d.]+$/),
    ]);
    if (!('path' in one)) throw new Error(one.missing);
    const browser = await chromium.launch(launchOptionsFor(one, {}));
    try {
      const page = await browser.newPage();
      await page.setContent('<h1>hello</h1>');
      expect(await page.getByRole('heading').textContent()).toBe('hello');
    } finally {
      await browser.close();
    }
  },
);
