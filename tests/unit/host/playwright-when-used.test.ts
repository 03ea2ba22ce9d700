import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluatePlanFile } from '../../../host/evaluate-plan-file.ts';

let project: string;
let plan: string;

/** A package that counts its loads, in place of the real one: what stands for it must not tell them apart. */
const PACKAGE = `
globalThis.loadsOfPlaywright = (globalThis.loadsOfPlaywright ?? 0) + 1;
const matchers = {};
const expect = (value) => ({ toBe: (other) => value === other, ...matchers });
expect.extend = (more) => Object.assign(matchers, more);
class Page {}
module.exports = { expect, Page, devices: { 'Pixel 7': { isMobile: true } } };
`;

const loads = (): number => (globalThis as { loadsOfPlaywright?: number }).loadsOfPlaywright ?? 0;

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'greenlight-when-used-'));
  plan = path.join(project, 'greenlight.config.mts');
  const directory = path.join(project, 'node_modules', '@playwright', 'test');
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'package.json'), '{"name":"@playwright/test","main":"index.js"}');
  writeFileSync(path.join(directory, 'index.js'), PACKAGE);
  (globalThis as { loadsOfPlaywright?: number }).loadsOfPlaywright = 0;
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

describe('a plan that imports Playwright', () => {
  it('is read without it, and its functions have the real one when they run', async () => {
    writeFileSync(
      plan,
      `import { expect, Page } from '@playwright/test';
       import * as all from '@playwright/test';
       export default {
         run: () => expect(1).toBe(1),
         other: () => all.expect(1).toBe(2),
         page: () => new Page() instanceof Page,
       };`,
    );
    const read = (await evaluatePlanFile(plan)) as Record<string, () => boolean>;
    expect(loads()).toBe(0);
    expect([read['run']?.(), read['other']?.(), read['page']?.()]).toEqual([true, false, true]);
    expect(loads()).toBe(1);
  });

  it('has what it looks into at once', async () => {
    writeFileSync(
      plan,
      `import { devices, expect } from '@playwright/test';
       expect.extend({ toBeOdd: () => true });
       export default { use: { ...devices['Pixel 7'] }, names: Object.keys(devices), odd: () => expect(1).toBeOdd() };`,
    );
    const read = (await evaluatePlanFile(plan)) as { use: object; names: string[]; odd: () => boolean };
    expect(read.use).toEqual({ isMobile: true });
    expect(read.names).toEqual(['Pixel 7']);
    expect(read.odd()).toBe(true);
    expect(loads()).toBe(1);
  });

  it('has the very same one where it is loaded already', async () => {
    const real = createRequire(plan)('@playwright/test') as { expect: unknown };
    writeFileSync(plan, `import { expect } from '@playwright/test'; export default { expect };`);
    expect(await evaluatePlanFile(plan)).toHaveProperty('expect', real.expect);
  });

  it('is refused where the package is not installed', async () => {
    rmSync(path.join(project, 'node_modules'), { recursive: true });
    writeFileSync(
      plan,
      `import { expect } from '@playwright/test'; export default { run: () => expect(1) };`,
    );
    await expect(evaluatePlanFile(plan)).rejects.toMatchObject({ code: 'PLAN_UNREADABLE' });
  });
});
