import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SpecCheck } from '../../../../contract/plan/spec-check.ts';
import { findSpec } from '../../../../run/user-specs/find-spec.ts';

const SPEC: SpecCheck = {
  id: 'basket-works',
  title: 'The basket works',
  phases: ['post-cutover'],
  spec: 'e2e/basket.spec.ts',
  env: {},
  allowSkipped: false,
  timeoutMinutes: 10,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'greenlight-find-spec-'));
  symlinkSync(
    path.resolve(import.meta.dirname, '../../../../node_modules'),
    path.join(folder, 'node_modules'),
  );
  for (const file of [
    'e2e/playwright.config.ts',
    'e2e/basket.spec.ts',
    'e2e/deep/[id].spec.ts',
    'other/playwright.config.mjs',
    'other/any.spec.ts',
  ]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), '');
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const find = (spec: Partial<SpecCheck>) =>
  findSpec({ ...SPEC, ...spec }, path.join(folder, 'greenlight.config.mts'), 'specs[3]');

test.each<readonly [string, Partial<SpecCheck>, string]>([
  ['beside it', {}, 'e2e/playwright.config.ts'],
  ['above it', { spec: 'e2e/deep/[id].spec.ts' }, 'e2e/playwright.config.ts'],
  ['in a folder that is named', { spec: 'other' }, 'other/playwright.config.mjs'],
  ['that is named', { config: 'other/playwright.config.mjs' }, 'other/playwright.config.mjs'],
])('the configuration is the one %s', (_, spec, config) => {
  expect(find(spec)).toMatchObject({ playwright: { configFile: path.join(folder, config) } });
});

test.each<readonly [string, Partial<SpecCheck>, string, string, string]>([
  [
    'a file that is not there',
    { spec: 'e2e/baskte.spec.ts' },
    'specs[3].spec',
    'does not exist',
    'seen from the folder of the plan',
  ],
  ['a pattern', { spec: 'e2e/**/*.spec.ts' }, 'specs[3].spec', 'does not exist', 'a pattern is not taken'],
  [
    'files under two configurations',
    { spec: ['e2e/basket.spec.ts', 'other/any.spec.ts'] },
    'specs[3].spec',
    'several Playwright configurations',
    'make a check of each',
  ],
  [
    'a configuration that is not there',
    { config: 'e2e/nothing.ts' },
    'specs[3].config',
    'is no file',
    'seen from the folder of the plan',
  ],
  [
    'a folder for a configuration',
    { config: 'e2e' },
    'specs[3].config',
    'is no file',
    'seen from the folder of the plan',
  ],
])('%s is refused, with its place and what to do', (_, spec, at, problem, remedy) => {
  const found = find(spec);
  if (!('problems' in found)) throw new Error('it was taken');
  expect(found.problems).toMatchObject([{ path: at }]);
  expect(found.problems[0]?.problem).toContain(problem);
  expect(found.problems[0]?.remedy).toContain(remedy);
});
