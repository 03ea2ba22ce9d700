import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../../../safety/redact-files.ts';
import { createScanner, scanFiles } from '../../../safety/scan-files.ts';
import { ALL_SECRETS, BORN, PLANTED, runProject, startShop, writeProject } from './planted-secrets.ts';

let shop: Awaited<ReturnType<typeof startShop>>;
let base: string;

beforeAll(async () => {
  shop = await startShop();
  base = await mkdtemp(join(tmpdir(), 'greenlight-planted-'));
});
afterAll(async () => {
  shop.close();
  await rm(base, { recursive: true, force: true });
});

async function runIn(name: string, env: NodeJS.ProcessEnv) {
  const directory = join(base, name);
  await writeProject(directory);
  const { output, exitCode } = await runProject(directory, { SHOP_URL: shop.url, ...env });
  await writeFile(join(directory, 'console.txt'), output);
  await unlink(join(directory, 'node_modules'));
  return { directory, output, exitCode };
}

describe('secrets planted everywhere in a Playwright project', () => {
  test('are in no file that the run writes', { timeout: 120_000 }, async () => {
    const { directory, output, exitCode } = await runIn('clean', {});
    expect(exitCode, output).toBe(1);
    expect(output).toMatch(/5 failed/);
    expect(output).toMatch(/2 passed/);
    const files = filesBelow(directory).map((file) => file.slice(directory.length + 1));
    for (const expected of ['out/report.json', 'out/junit.xml', 'out/html/index.html', 'console.txt']) {
      expect(files).toContain(expected);
    }
    expect(files.some((file) => file.startsWith('out/blob/'))).toBe(true);
    expect(files.some((file) => file.startsWith('out/allure/'))).toBe(true);
    expect(files.filter((file) => file.endsWith('trace.zip')).length).toBeGreaterThan(2);
    const leaks = ALL_SECRETS.flatMap((secret) =>
      scanFiles(directory, [secret]).map(({ where }) => `${secret} in ${where}`),
    );
    expect(leaks).toEqual([]);
    expect(output).toContain('[redacted]');
  });

  test('are found by the same scan when redaction is off', { timeout: 120_000 }, async () => {
    const { directory } = await runIn('leaky', { GREENLIGHT_REDACTION: 'off', NODE_ENV: 'test' });
    for (const secret of [...Object.values(PLANTED), ...Object.values(BORN)]) {
      expect(scanFiles(directory, [secret]), `nothing holds ${secret}`).not.toEqual([]);
    }
    const where = scanFiles(directory, ALL_SECRETS).map((leak) => leak.where);
    for (const place of [
      /report\.json/,
      /junit\.xml/,
      /index\.html \(embedded\)/,
      /blob.*report\.jsonl/,
      /allure/,
      /console\.txt/,
      /trace\.zip > .*\.network/,
      /trace\.zip > .*\.trace/,
      /trace\.zip > resources/,
      /error-context\.md/,
      /not-attached\.json/,
    ]) {
      expect(
        where.some((text) => place.test(text)),
        `no leak in ${String(place)}`,
      ).toBe(true);
    }
  });

  test('switching redaction off is refused outside of tests', { timeout: 60_000 }, async () => {
    const { output, exitCode } = await runIn('refused', { GREENLIGHT_REDACTION: 'off' });
    expect(exitCode).toBe(1);
    expect(output).toContain('secrets are always masked');
    expect(createScanner(ALL_SECRETS)(Buffer.from(output), 'output')).toEqual([]);
  });
});
