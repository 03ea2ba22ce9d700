import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPlaywright, untestedPlaywright } from '../../../host/find-playwright.ts';

const manifest = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
) as { peerDependencies: Record<string, string>; devDependencies: Record<string, string> };
const LEAST = /^>=(\d+\.\d+\.\d+)$/.exec(manifest.peerDependencies['@playwright/test'] ?? '')?.[1] ?? '';
const OURS = manifest.devDependencies['@playwright/test'] ?? '';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'greenlight-playwright-found-'));
  writeFileSync(path.join(home, 'playwright.config.mts'), '');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function install(version: string): void {
  const directory = path.join(home, 'node_modules', '@playwright', 'test');
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ version }));
}

describe('the range of Playwright', () => {
  const [major = 0, minor = 0] = LEAST.split('.').map(Number);
  test('is told where it ends: the lowest and the one that all tests use are in it, others are not', () => {
    expect(untestedPlaywright(OURS)).toBeUndefined();
    expect(untestedPlaywright(LEAST)).toBeUndefined();
    const [, ours = 0] = OURS.split('.').map(Number);
    for (const other of [`${major}.${minor - 1}.9`, `${major}.${ours + 1}.0`, `${major + 1}.0.0`]) {
      expect(untestedPlaywright(other), other).toMatch(
        new RegExp(`^tested with \\S+ to ${major}\\.${ours}$`),
      );
    }
  });

  test('lets the lowest run, and refuses the one before', () => {
    const found = (): string => findPlaywright(path.join(home, 'greenlight.config.mts'), home).version;
    install(LEAST);
    expect(found()).toBe(LEAST);
    install(`${major}.${minor - 1}.9`);
    expect(found).toThrow(`at least ${major}.${minor} is needed`);
    // A higher one runs: the run warns, and nobody has to wait for us.
    install(`${major + 1}.0.0`);
    expect(found()).toBe(`${major + 1}.0.0`);
  });
});
