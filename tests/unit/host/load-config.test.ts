import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import { loadConfig } from '../../../host/load-config.ts';

const CONTRACT = path.resolve(import.meta.dirname, '../../../contract/index.ts');
const GOOD = `{ target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
  probes: [{ id: 'pages-answer', title: 'Pages answer', kind: 'endpoints', paths: ['/'] }] }`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, content: string): void {
  writeFileSync(path.join(directory, name), content);
}

async function failure(named?: string): Promise<GreenlightError> {
  const error: unknown = await loadConfig(directory, named).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GreenlightError);
  return error as GreenlightError;
}

describe('loadConfig', () => {
  test.each([
    ['an ES module in TypeScript', 'greenlight.config.mts', 'module', `export default ${GOOD}`],
    ['TypeScript in a CommonJS project', 'greenlight.config.ts', 'commonjs', `export default ${GOOD}`],
    ['TypeScript in a module project', 'greenlight.config.ts', 'module', `export default ${GOOD} as const`],
    ['JavaScript', 'greenlight.config.mjs', 'commonjs', `export default ${GOOD}`],
    ['CommonJS', 'greenlight.config.cjs', 'module', `module.exports = ${GOOD}`],
    ['a CommonJS project', 'greenlight.config.js', 'commonjs', `module.exports = ${GOOD}`],
  ])('reads %s', async (_, name, type, content) => {
    write('package.json', JSON.stringify({ type }));
    write(name, content);
    const loaded = await loadConfig(directory);
    expect(loaded.plan.target.name).toBe('shop');
    expect(loaded.file).toBe(path.join(directory, name));
  });

  test('finds the plan here or above: the nearest one', async () => {
    const inner = path.join(directory, 'services', 'shop');
    mkdirSync(inner, { recursive: true });
    write('greenlight.config.mjs', `export default ${GOOD}`);
    expect((await loadConfig(inner)).file).toBe(path.join(directory, 'greenlight.config.mjs'));
    write('services/greenlight.config.mjs', `export default ${GOOD.replace("'shop'", "'nearer'")}`);
    expect((await loadConfig(inner)).plan.target.name).toBe('nearer');
    write('services/greenlight.config.ts', `export default ${GOOD}`);
    await expect(loadConfig(inner)).rejects.toThrow('more than one');
    // What is named is not looked for elsewhere.
    await expect(loadConfig(inner, 'greenlight.config.mjs')).rejects.toThrow('does not exist');
  });

  test('gives equal plans one digest and different plans another', async () => {
    write('greenlight.config.mts', `export default ${GOOD}`);
    write('same.mts', `const plan = ${GOOD};\nexport default plan;`);
    write('other.mts', `export default ${GOOD.replace('Pages answer', 'Other')}`);
    const digests = await Promise.all(
      ['greenlight.config.mts', 'same.mts', 'other.mts'].map(
        async (name) => (await loadConfig(directory, name)).digest,
      ),
    );
    expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  test('shows all five problems of a plan at once', async () => {
    write(
      'greenlight.config.mts',
      `import { defineConfig, flow } from ${JSON.stringify(CONTRACT)};
       export default defineConfig({
         target: { name: '', urls: { app: 'ftp://shop' } },
         flows: [flow('Bad Id', { title: 'x' }).request('a', { request: () => ({ method: 'GET', path: '/' }) })],
         surprise: true,
         budgetMs: -1,
       } as never);`,
    );
    const error = await failure();
    expect(error.code).toBe('PLAN_INVALID');
    expect(error.problems.map((problem) => problem.path).sort()).toEqual([
      'budgetMs',
      'flows[0].id',
      'surprise',
      'target.name',
      'target.urls.app',
    ]);
  });

  test('says where it looked when there is no plan', async () => {
    expect((await failure()).message).toContain(directory);
    expect((await failure('missing.mts')).code).toBe('PLAN_NOT_FOUND');
  });

  test('does not choose between two plans', async () => {
    write('greenlight.config.mts', `export default ${GOOD}`);
    write('greenlight.config.js', `export default ${GOOD}`);
    expect((await failure()).message).toMatch(/more than one/);
  });

  test('tells a file that throws from a plan that is wrong', async () => {
    write('greenlight.config.mts', `throw new Error('no such host')`);
    const error = await failure();
    expect(error.code).toBe('PLAN_UNREADABLE');
    expect((error.cause as Error).message).toContain('no such host');
    write('greenlight.config.mts', `export default 42`);
    expect((await failure()).code).toBe('PLAN_NOT_EXPORTED');
  });
});
