import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateResponse } from '../../../contract/flow/evaluate.ts';
import { parseJson, parseJsonExactly, writeJson } from '../../../contract/flow/exact-json.ts';
import type { RequestStep } from '../../../contract/flow/flow.ts';
import { encodeRequest } from '../../../contract/flow/http.ts';
import { decodeText } from '../../../contract/flow/body.ts';
import { atLeast, equal, shown } from '../../../contract/flow/statement.ts';
import { fieldsOf, sameValue } from '../../../suites/parity/fields.ts';
import { decodeAnswer } from '../../../host/decode-bytes.ts';

const json = { 'content-type': 'application/json' };
const answerOf = (text: string) => ({
  status: 200,
  headers: json,
  ...decodeText(json['content-type'], text),
  durationMs: 1,
});

describe('a flow reads numbers as they were sent', () => {
  const stepWith = (response: z.ZodType): RequestStep => ({
    kind: 'request',
    id: 'read',
    request: () => ({ method: 'GET', path: '/' }),
    response,
    capture: ({ body }) => ({ kept: body }),
  });
  const kept = (response: z.ZodType, text: string): unknown =>
    evaluateResponse(stepWith(response), {}, answerOf(text)).captured['kept'];

  test.each([
    ['z.number()', z.object({ id: z.number() })],
    ['z.unknown()', z.object({ id: z.unknown() })],
    ['z.bigint()', z.object({ id: z.bigint() })],
    ['a union', z.object({ id: z.union([z.number(), z.bigint()]) })],
    ['z.coerce.bigint()', z.object({ id: z.coerce.bigint() })],
  ])('beyond 2^53, with %s', (_name, schema) => {
    const body = kept(schema, '{"id":9007199254740993}') as { id: unknown };
    expect(body.id).toBe(9007199254740993n);
    expect(`/orders/${String(body.id)}`).toBe('/orders/9007199254740993');
  });

  test('and sends them as they were', () => {
    const wire = encodeRequest(
      {
        method: 'POST',
        path: '/',
        query: { id: 9007199254740993n },
        json: { id: 9007199254740993n, n: [1, -18446744073709551615n] },
      },
      { app: 'http://x' },
    );
    expect(wire.url).toBe('http://x/?id=9007199254740993');
    expect(wire.body).toBe('{"id":9007199254740993,"n":[1,-18446744073709551615]}');
    expect(writeJson({ text: 'exact-number-1:5', n: 5n })).toBe('{"text":"exact-number-1:5","n":5}');
  });

  test('within 2^53 as numbers, whatever stands beside them', () => {
    expect(
      kept(
        z.object({ id: z.number(), big: z.unknown() }),
        '{"id":9007199254740991,"big":12345678901234567890}',
      ),
    ).toEqual({
      id: 9007199254740991,
      big: 12345678901234567890n,
    });
    expect(parseJson('[0.1,1e3,-0,"9007199254740993","\\"9007199254740993"]')).toEqual([
      0.1,
      1000,
      -0,
      '9007199254740993',
      '"9007199254740993',
    ]);
  });

  test('and blames no target for a schema that would round them', () => {
    const rounding = z.object({ id: z.number() }).transform(({ id }) => ({ next: id + 1 }));
    expect(() => kept(rounding, '{"id":9007199254740993}')).toThrow(/body\.id reads 9007199254740993/);
  });

  test('and a number that is wrong stays wrong', () => {
    const { statements } = evaluateResponse(
      stepWith(z.object({ id: z.string() })),
      {},
      answerOf('{"id":9007199254740993}'),
    );
    expect(statements[1]).toMatchObject({ name: 'body.id', ok: false, measured: '9007199254740993' });
  });
});

describe('statements', () => {
  test('tell integers beyond 2^53 apart', () => {
    expect(equal('id', 9007199254740993n, 9007199254740993n).ok).toBe(true);
    expect(equal('id', 9007199254740993n, 9007199254740995n).ok).toBe(false);
    expect(equal('id', 5n, 5).ok).toBe(true);
    expect(equal('id', 9007199254740993n, 7).ok).toBe(false);
    expect(atLeast('id', 9007199254740993n, 5).ok).toBe(true);
    expect(shown({ id: 9007199254740993n })).toBe('{"id":9007199254740993}');
  });
  test('and do not hold one against a number that was rounded', () => {
    expect(() => equal('id', 9007199254740993n, 9007199254740992)).toThrow(/9007199254740993n|rounded/);
  });
});

describe('comparisons of old and new', () => {
  const field = (text: string): unknown => fieldsOf(answerOf(`{"v":${text}}`), {}, []).get('$.v');
  test.each([
    ['1234567890123456789', '1234567890123456800'],
    ['9007199254740993', '9007199254740992'],
    ['1e400', '2e400'],
    ['0.1', '0.10000000000000000555'],
    ['-1e-400', '1e-400'],
    ['123456789.123456789012', '123456789.123456789013'],
  ])('%s is not %s', (one, other) => {
    expect(sameValue(field(one), field(other))).toBe(false);
    expect(sameValue(field(one), field(one))).toBe(true);
  });
  test.each([
    ['1', '1.0'],
    ['100', '1e2'],
    ['1234567890123456789', '1234567890123456789.0'],
    ['1e400', '10e399'],
    ['0', '-0.0'],
    ['0.5', '5E-1'],
  ])('%s is %s', (one, other) => {
    expect(sameValue(field(one), field(other))).toBe(true);
  });
  test('a text that looks like one of ours is a text', () => {
    expect(parseJsonExactly('["exact-number-x:1", 1e400]')).toMatchObject([
      'exact-number-x:1',
      { text: '1e400' },
    ]);
  });

  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  test.each([
    ['declared', { 'content-type': 'text/plain; charset=ISO-8859-1' }],
    ['not declared', { 'content-type': 'text/plain' }],
    ['declared as another one', { 'content-type': 'text/plain; charset=utf-8' }],
    ['of no text', { 'content-type': 'image/png' }],
    ['of nobody', {}],
  ])('bytes above 0x7F differ where the charset is %s', (_name, headers) => {
    const one = decodeAnswer(headers, bytes('Zo\xeb'));
    const other = decodeAnswer(headers, bytes('Zo\xe9'));
    expect(one.text).not.toBe(other.text);
  });
  test('and one text is equal in two charsets', () => {
    const latin = decodeAnswer({ 'content-type': 'text/plain; charset=latin1' }, bytes('Zo\xeb'));
    const utf8 = decodeAnswer({ 'content-type': 'text/plain; charset="utf-8"' }, Buffer.from('Zoë'));
    const utf16 = decodeAnswer({ 'content-type': 'text/plain' }, Buffer.from('\ufeffZoë', 'utf16le'));
    expect([latin, utf8, utf16].map(({ text, undecodable }) => [text, undecodable])).toEqual(
      Array(3).fill(['Zoë', undefined]),
    );
  });
});
