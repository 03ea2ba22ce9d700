import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/load.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
const ROWS = [...PAGE.matchAll(/`(tests\/[^`]+\.test\.ts)`: ([^|]+?) *\|$/gm)].map(
  ([, file = '', title = '']) => ({ file, title }),
);

describe('docs/load.md', () => {
  test.each(EXAMPLES.map((text, index) => [index, text] as const))('example %i is a plan', (_index, text) => {
    const given = runInNewContext(`({ ${text} })`, {
      secret: (name: string) => ({ secret: name }),
      process: { env: { CUTOVER_AT: '2026-01-01T00:00:00Z' } },
    }) as object;
    const urls = { app: 'http://127.0.0.1:1' };
    const plan = parsePlan({
      target: { name: 'shop', urls, old: { urls } },
      ...(JSON.parse(JSON.stringify(given)) as object),
    });
    const own = checksOf(plan, 'post-cutover').filter(({ source }) => source !== 'built-in');
    expect(own.length).toBeGreaterThan(1);
  });

  test('there are examples, and rows of what passes elsewhere', () => {
    expect(EXAMPLES.length).toBeGreaterThan(2);
    expect(ROWS.length).toBeGreaterThan(20);
  });

  test.each(ROWS)('$file shows: $title', ({ file, title }) => {
    const source = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(/\\(['"`])/g, '$1');
    expect(source).toContain(title);
  });

  test('names every cause that a load profile or a service level can have', () => {
    const causes = [
      'load/load-finding.ts',
      'load/triggers-draft.ts',
      'slo/level-finding.ts',
      'slo/budget-finding.ts',
    ].flatMap((file) =>
      [
        ...readFileSync(path.join(ROOT, file), 'utf8').matchAll(
          /(?:cause: |unknown\(\s*)'([a-z]+(?:-[a-z]+)*)'/g,
        ),
      ].map(([, cause = '']) => cause),
    );
    expect(causes.length).toBeGreaterThan(15);
    expect([...new Set(causes)].filter((cause) => !PAGE.includes(`\`${cause}\``))).toEqual([]);
  });
});
