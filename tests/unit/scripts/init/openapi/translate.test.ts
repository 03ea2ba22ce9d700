import { expect, test, describe } from 'vitest';
import {
  openapiOf,
  readOpenapi,
  type OpenapiDocument,
} from '../../../../../scripts/init/openapi/document.ts';
import { createNamedSchemas, schemasSource } from '../../../../../scripts/init/openapi/named-schemas.ts';
import { operationsOf } from '../../../../../scripts/init/openapi/operations.ts';
import { translateSchema } from '../../../../../scripts/init/openapi/translate-schema.ts';
import { built, printed } from '../../../../../scripts/init/openapi/zod-expression.ts';
import { BOOKINGS_30, LIBRARY_2, TELEMETRY_31 } from './documents.ts';

async function documentOf(text: string): Promise<OpenapiDocument> {
  const read = await readOpenapi(text);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

/** Every response schema of the GETs of a document, by path, ready to be held against an answer. */
async function schemasOf(text: string) {
  const document = await documentOf(text);
  const named = createNamedSchemas(document.root, document.dialect !== '3.1');
  const names = new Map(
    operationsOf(document)
      .filter(({ method, success }) => method === 'GET' && success?.schema !== undefined)
      .map(({ path, success }) => [path, named.add(success?.schema, `${path} response`)]),
  );
  return {
    named,
    takes: (path: string, value: unknown): boolean =>
      named.built(names.get(path) ?? '').safeParse(value).success,
    source: schemasSource(named.all, 'a test'),
    open: (name: string) => named.all.find((one) => one.name === name)?.open,
  };
}

describe('OpenAPI 3.0, as a Java framework writes it', () => {
  test('the schemas take what the document allows, and refuse what it does not', async () => {
    const { takes, source, open } = await schemasOf(BOOKINGS_30);
    const room = {
      id: 7,
      name: 'Blue',
      beds: 2,
      kind: 'suite',
      notes: null,
      photos: ['https://a.example/1.png'],
    };
    const at = '/v1/hotel/rooms';
    expect(takes(at, { items: [room], total: 1 })).toBe(true);
    // Fields beside those that are named break nobody.
    expect(takes(at, { items: [{ ...room, added: true }], total: 1, next: 'x' })).toBe(true);
    for (const wrong of [
      { ...room, id: '7' },
      { ...room, id: 7.5 },
      { ...room, name: '' },
      { ...room, name: null },
      { ...room, beds: 0 },
      { ...room, beds: 9 },
      { ...room, kind: 'castle' },
      { ...room, photos: ['no address'] },
    ])
      expect(takes(at, { items: [wrong], total: 1 }), JSON.stringify(wrong)).toBe(false);
    expect(takes(at, { items: [], total: 0 })).toBe(true);
    expect(takes(at, { total: 1 })).toBe(false);
    // An identifier beyond 2^53 is a number, too.
    expect(takes(at, { items: [{ ...room, id: 2 ** 60 }], total: 1 })).toBe(true);
    expect(source).toContain("kind: z.enum(['single', 'double', 'suite'])");
    expect(open('Room')).toEqual(expect.arrayContaining(['maxLength', 'format color']));
  });

  test('allOf, oneOf and nullable references', async () => {
    const { takes } = await schemasOf(BOOKINGS_30);
    const at = '/v1/hotel/bookings';
    const base = { id: '2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d', placed: '2026-11-20T02:00:00Z' };
    const card = { type: 'card', last4: '4242' };
    expect(takes(at, [{ ...base, paid: card, room: null }])).toBe(true);
    expect(takes(at, [{ ...base, paid: { type: 'voucher', code: 'A1' } }])).toBe(true);
    expect(takes(at, [{ ...base, placed: '2026-11-20T02:00:00+02:00', paid: card }])).toBe(true);
    expect(takes(at, [{ ...base, paid: { type: 'coins' } }])).toBe(false);
    expect(takes(at, [{ ...base, id: 'seven', paid: card }])).toBe(false);
    expect(takes(at, [{ ...base, placed: 'yesterday', paid: card }])).toBe(false);
    expect(takes(at, [{ id: base.id, paid: card }])).toBe(false);
    expect(takes(at, [{ ...base, paid: { ...card, last4: '42' } }])).toBe(false);
  });

  test('the operations know what they need, and what they want', async () => {
    const operations = operationsOf(await documentOf(BOOKINGS_30));
    const one = (path: string, method = 'GET') =>
      operations.find((it) => it.path === path && it.method === method);
    expect(one('/v1/hotel/rooms')).toMatchObject({ required: [], guarded: false, tags: ['rooms'] });
    expect(one('/v1/hotel/rooms/{id}')).toMatchObject({ required: ['id'] });
    expect(one('/v1/hotel/search')).toMatchObject({ required: ['from'] });
    expect(one('/v1/hotel/bookings')).toMatchObject({ guarded: true });
    expect(one('/v1/hotel/legacy')).toMatchObject({ deprecated: true });
    expect(one('/v1/hotel/bookings', 'POST')?.body).toBeDefined();
  });
});

describe('OpenAPI 3.1 in YAML, as a Python framework writes it', () => {
  test('types as lists, constants, maps, trees and references into definitions', async () => {
    const { takes, source, open } = await schemasOf(TELEMETRY_31);
    const tree = { name: 'root', children: [{ name: 'leaf', children: [] }] };
    expect(takes('/tree', tree)).toBe(true);
    expect(takes('/tree', { name: 'root', children: [{ name: 1, children: [] }] })).toBe(false);
    expect(takes('/tree', { name: 'root', children: [{ name: 'a', children: [{ name: 'b' }] }] })).toBe(
      false,
    );
    expect(source).toContain('export const TreeNode: z.ZodType =');
    expect(source).toContain('z.lazy(() => TreeNode)');
    const reading = { kind: 'reading', value: 1.5, unit: null, tags: { a: 'x' }, at: '2026-11-20' };
    expect(takes('/readings', { latest: reading })).toBe(true);
    expect(takes('/readings', { latest: { ...reading, value: '1.5' } })).toBe(true);
    expect(takes('/readings', { latest: { ...reading, value: true } })).toBe(false);
    expect(takes('/readings', { latest: { ...reading, unit: 5 } })).toBe(false);
    expect(takes('/readings', { latest: { ...reading, tags: { a: 1 } } })).toBe(false);
    expect(takes('/readings', { latest: { ...reading, at: '20.11.2026' } })).toBe(false);
    expect(takes('/readings', { latest: { ...reading, kind: 'event' } })).toBe(false);
    expect(takes('/readings', { latest: { ...reading, value: -1 } })).toBe(false);
    expect(open('Reading')).toEqual(expect.arrayContaining(['patternProperties', 'uniqueItems']));
  });

  test('what leads out of the document is left open, and said', async () => {
    const { takes, named } = await schemasOf(TELEMETRY_31);
    expect(takes('/elsewhere', { anything: 1 })).toBe(true);
    expect(named.all.flatMap(({ open }) => open).join()).toContain('other.yaml#/Thing');
  });
});

describe('OpenAPI 2.0', () => {
  test('definitions, base path, and the content types of all operations', async () => {
    const { takes } = await schemasOf(LIBRARY_2);
    expect(takes('/api/books', [{ isbn: '978-3-16', title: 'A', year: null }])).toBe(true);
    expect(takes('/api/books', [{ isbn: 978, title: 'A' }])).toBe(false);
    const operations = operationsOf(await documentOf(LIBRARY_2));
    expect(operations.find(({ path }) => path === '/api/cover')?.success).toEqual({
      status: 200,
      types: ['image/png'],
    });
    expect(operations.find(({ method }) => method === 'POST')).toMatchObject({
      required: [],
      path: '/api/books',
    });
  });
});

test.each([
  ['a page', '<html></html>', /neither JSON nor YAML|no object/],
  ['another document', '{"a":1}', /neither "openapi" nor "swagger"/],
  ['a later version', '{"openapi":"4.0.0","paths":{}}', /OpenAPI 4.0.0/],
  ['no paths', '{"openapi":"3.0.0"}', /no "paths"/],
  ['half a document', '{"openapi":"3.0.0","pa', /neither JSON nor YAML/],
])('%s is refused in words', async (_, text, words) => {
  const read = await readOpenapi(text);
  expect('problem' in read ? read.problem : 'read').toMatch(words);
});

test.each([
  ['^[\\p{L} ]+$', 'Ünal', '7'],
  ['^\\d{3}\\-\\d$', '123-4', '1234'],
  ['^[a-z]+$', 'abc', 'ABC'],
])('the pattern %s takes %s and not %s', (pattern, good, bad) => {
  const named = createNamedSchemas({}, false);
  const schema = named.built(named.add({ type: 'string', pattern }, 'Text'));
  expect([schema.safeParse(good).success, schema.safeParse(bad).success]).toEqual([true, false]);
});

test.each([['\\Aabc\\z'], ['(?i)abc'], ['^[[:alpha:]]+$'], ['(']])(
  'the pattern %s, of another language or none, is left open',
  (pattern) => {
    const named = createNamedSchemas({}, false);
    expect(named.built(named.add({ type: 'string', pattern }, 'Text')).safeParse('anything').success).toBe(
      true,
    );
    expect(named.all[0]?.open).toEqual([`the pattern ${pattern}`]);
  },
);

test('what is about other values is not held against these, and what needs a type is said to be open', () => {
  const translated = (schema: unknown) => {
    const open: string[] = [];
    const around = {
      named: () => undefined,
      open: (what: string) => void open.push(what),
      refsStandAlone: false,
    };
    return { takes: built(translateSchema(schema, around), new Map()), open };
  };
  const tuple = translated({ type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'number' } });
  expect(tuple.takes.safeParse(['EUR', 1]).success).toBe(true);
  const notes = translated({
    type: 'object',
    properties: { id: { type: 'integer' } },
    patternProperties: { '^x-': {} },
    additionalProperties: { type: 'integer' },
  });
  expect(notes.takes.safeParse({ id: 1, 'x-note': 'a' }).success).toBe(true);
  expect(notes.takes.safeParse({ id: 'a' }).success).toBe(false);
  expect(translated({ required: ['name'] }).open).toEqual(['required without a type']);
  expect(translated({ format: 'uuid', minimum: 3 }).open).toEqual([
    'format without a type',
    'minimum without a type',
  ]);
});

test('texts of a document stay texts in what is written', () => {
  const evil = `'});\nprocess.exit(1); //\u2028`;
  const document = openapiOf({ openapi: '3.1.0', paths: {} });
  if ('problem' in document) throw new Error(document.problem);
  const named = createNamedSchemas(document.root, false);
  named.add(
    {
      type: 'object',
      required: [evil],
      properties: {
        [evil]: { enum: [evil, 'b'] },
        __proto__: { type: 'string' },
        ok: { type: 'string', pattern: evil },
      },
    },
    evil,
  );
  const [schema] = named.all;
  expect(schema?.name).toMatch(/^[A-Za-z0-9]+$/);
  const source = printed(schema?.expression ?? { start: { name: 'never', arguments: [] }, chain: [] });
  expect(source).not.toContain('\u2028');
  // Each line is a line of ours.
  for (const line of source.split('\n')) expect(line.trim()).toMatch(/^(z\.object\(\{|\}\)|"|ok:|__proto__)/);
  expect(
    schemasSource(named.all, evil)
      .split('\n')
      .filter((line) => /^\s*process/.test(line)),
  ).toEqual([]);
});
