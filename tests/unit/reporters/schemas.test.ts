import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { readReference } from '../../../scripts/reference/reference.ts';

const GOLDEN = path.resolve(import.meta.dirname, '../../golden');
const goldens = (kind: string): string[] =>
  readdirSync(GOLDEN).filter((name) => name.endsWith(`.${kind}.json`));
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(GOLDEN, name), 'utf8')) as Record<string, unknown>;

const schemas = readReference().schemas();
/** As another reader would: from the text of the file alone. */
const validator = (kind: string): z.ZodType =>
  z.fromJSONSchema(JSON.parse(JSON.stringify(schemas[`${kind}.schema.json`])) as never);

describe.each(['verdict', 'evidence'])('%s.schema.json', (kind) => {
  test.each(goldens(kind))('takes %s, and not with a key that is wrong, missing or unknown', (name) => {
    const reader = validator(kind);
    const whole = read(name);
    expect(reader.safeParse(whole).error).toBeUndefined();
    const { run: _, ...less } = whole;
    for (const wrong of [
      less,
      { ...whole, run: 7 },
      { ...whole, schema: 'greenlight/x@1' },
      { ...whole, other: 1 },
    ])
      expect(reader.safeParse(wrong).success).toBe(false);
  });
});

const DATA = {
  $schema: './node_modules/greenlight/dist/schemas/plan-data.schema.json',
  target: {
    name: 'shop',
    urls: { app: 'https://shop.example.com' },
    headers: { authorization: { secret: 'SHOP_AUTH' } },
    records: { adapter: 'postgres', url: { secret: 'NEW_DATABASE_URL' } },
    old: { records: { adapter: 'postgres', url: { secret: 'OLD_DATABASE_URL' } } },
  },
  allow: { load: ['shop.example.com'] },
  probes: [{ id: 'pages-answer', title: 'The pages answer', kind: 'endpoints', paths: ['/'] }],
  data: {
    tables: [{ id: 'orders-kept', title: 'Orders', old: 'orders', new: 'orders', compare: 'rows' }],
    state: {},
  },
  load: {
    profiles: [
      {
        id: 'home-is-fast',
        title: 'The home page is fast',
        engine: 'autocannon',
        requests: [{ path: '/' }],
        thresholds: { p95Ms: 300 },
      },
    ],
  },
  policy: { default: { advisory: ['home-is-fast'] }, synthetic: { flaky: 'accept' } },
};

describe('plan-data.schema.json', () => {
  const reader = validator('plan-data');

  test('takes what the plan takes', () => {
    expect(reader.safeParse(DATA).error).toBeUndefined();
    const { $schema: _, ...plan } = DATA;
    expect(() => parsePlan(plan)).not.toThrow();
  });

  test.each([
    ['a key that is unknown', { ...DATA, probs: [] }],
    ['a kind that is none', { ...DATA, probes: [{ ...DATA.probes[0], kind: 'ping' }] }],
    ['a number that is too great', { ...DATA, workers: 17 }],
    ['a policy of no phase', { ...DATA, policy: { friday: {} } }],
    ['a target without an address', { ...DATA, target: { name: 'shop' } }],
  ])('refuses %s', (_, wrong) => {
    expect(reader.safeParse(wrong).success).toBe(false);
  });

  test('says what each key is for', () => {
    const plan = JSON.stringify(schemas['plan-data.schema.json']);
    expect(plan).toContain(
      '"description":"After this long PostgreSQL ends a statement of ours, in milliseconds;',
    );
    // Both are the same kind of text, and each has its own meaning.
    expect(plan).toMatch(/"good":\{[^}]*"description":"The counter of events that went well\."/);
    expect(plan).toMatch(/"counter":\{[^}]*"description":"What was used so far/);
    expect(JSON.stringify(schemas['verdict.schema.json'])).toContain(
      '"description":"Every reason that holds against GO',
    );
  });
});
