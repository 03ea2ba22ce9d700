import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exampleFiles, exampleNames } from '../../../../scripts/init/example-files.ts';
import { commandLine } from '../../signing/signed-report.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-from-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const init = (...args: string[]) => commandLine(directory, ['init', ...args]);

test('the examples that come with the package', () => {
  expect(exampleNames()).toEqual(['ils-kubernetes', 'mhp-azure', 'samia-tarot']);
});

describe.each(exampleNames())('greenlight init --from %s', (name) => {
  test('writes the plan with its parts, deploy files and pages, and what Playwright needs', async () => {
    const { code, out, err } = await init('--from', name);
    expect(code, err).toBe(0);
    const files = readdirSync(directory, { recursive: true }).map(String);
    for (const file of [
      'greenlight.config.mts',
      'playwright.config.mts',
      'greenlight/suites.spec.mts',
      'greenlight/README.md',
    ])
      expect(files).toContain(file);
    expect(files.some((file) => /^deploy\/.+\.yml$/.test(file))).toBe(true);
    expect(out).toContain('wrote    greenlight.config.mts');
    expect(err).toContain('greenlight/README.md');
  });

  test('what it writes imports the package and its own parts, and nothing else of this repository', () => {
    const files = exampleFiles(name);
    const imports = Object.entries(files)
      .filter(([file]) => file.endsWith('.mts'))
      .flatMap(([file, text]) =>
        [...text.matchAll(/from '([^']+)'/g)].map(([, from = '']) => ({ file, from })),
      );
    for (const { file, from } of imports) {
      if (from.startsWith('.')) expect(files).toHaveProperty([path.join(path.dirname(file), from)]);
      else expect(['greenlight', 'zod']).toContain(from);
    }
    expect(imports.length).toBeGreaterThan(10);
  });
});

test('a plan that is there stays as it is, and gets no parts of another one', async () => {
  writeFileSync(path.join(directory, 'greenlight.config.mts'), '// mine');
  const { code, err } = await init('--from', 'mhp-azure');
  expect(code).toBe(0);
  expect(err).toContain('was there and is as it was');
  expect(readFileSync(path.join(directory, 'greenlight.config.mts'), 'utf8')).toBe('// mine');
  expect(existsSync(path.join(directory, 'plan'))).toBe(false);
  expect(existsSync(path.join(directory, 'deploy'))).toBe(false);
});

test.each([
  [
    ['--from', 'no-such'],
    'there is no example "no-such"',
    'There is ils-kubernetes, mhp-azure, samia-tarot.',
  ],
  [['--from', 'mhp-azure', '--url', 'https://a.example', '--offline'], 'leave out --url and --offline', ''],
])('%j is refused before anything is written', async (args, message, hint) => {
  const { code, err } = await init(...args);
  expect(code).toBe(64);
  expect(err).toContain(message);
  expect(err).toContain(hint);
  expect(readdirSync(directory)).toEqual([]);
});

test('--dry-run prints the plan and writes nothing', async () => {
  const { code, out } = await init('--from', 'mhp-azure', '--dry-run');
  expect(code).toBe(0);
  expect(out).toContain("from 'greenlight'");
  expect(readdirSync(directory)).toEqual([]);
});
