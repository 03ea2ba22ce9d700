import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../../contract/evidence/canonical.ts';
import { decodeText } from '../../../contract/flow/body.ts';
import { encodeRequest } from '../../../contract/flow/http.ts';
import { Outcome, worstOutcome } from '../../../contract/evidence/outcome.ts';
import { atMost, equal } from '../../../contract/flow/statement.ts';
import { identities } from '../../../contract/plan/unique.ts';

describe('requests', () => {
  const urls = { app: 'http://127.0.0.1:3000/', api: 'http://127.0.0.1:3001/v1' };

  test('are encoded for the wire without a URL class', () => {
    expect(
      encodeRequest({ method: 'GET', path: '/p', query: { q: 'a b&c', none: undefined } }, urls).url,
    ).toBe('http://127.0.0.1:3000/p?q=a%20b%26c');
    expect(encodeRequest({ method: 'POST', path: '/p', endpoint: 'api', json: { a: 1 } }, urls)).toEqual({
      method: 'POST',
      url: 'http://127.0.0.1:3001/v1/p',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(encodeRequest({ method: 'POST', path: '/p', form: { 'metadata[order]': 42 } }, urls).body).toBe(
      'metadata%5Border%5D=42',
    );
  });

  test('name an endpoint that the target has, and an absolute path', () => {
    expect(() => encodeRequest({ method: 'GET', path: '/p', endpoint: 'web' }, urls)).toThrow(
      /the target has: app, api/,
    );
    expect(() => encodeRequest({ method: 'GET', path: 'http://elsewhere/' }, urls)).toThrow(
      /must start with/,
    );
  });

  test('bodies are parsed only when they say that they are JSON', () => {
    expect(decodeText('application/problem+json; charset=utf-8', '{"a":1}').body).toEqual({ a: 1 });
    expect(decodeText('text/html', '{"a":1}').body).toBe('{"a":1}');
    expect(decodeText('application/json', '<html>')).toMatchObject({
      body: '<html>',
      undecodable: 'not JSON',
    });
    expect(decodeText('application/json', '')).toEqual({ body: '', text: '' });
    expect(decodeText('application/json-seq', '\u001e{}\n').undecodable).toBeUndefined();
  });
});

describe('statements', () => {
  test('NaN and infinities never hold a limit', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(atMost('p95', value, 300).ok).toBe(false);
    }
    expect(equal('n', 0, -0).ok).toBe(false);
    expect(equal('n', undefined, null).ok).toBe(false);
  });
});

describe('outcomes', () => {
  test('the worst wins, and nothing at all is unknown', () => {
    expect(worstOutcome([])).toBe('unknown');
    expect(worstOutcome(['pass', 'not-applicable'])).toBe('not-applicable');
    for (const outcome of Outcome.options) expect(worstOutcome([outcome, 'fail'])).toBe('fail');
  });
});

describe('identities', () => {
  test('differ by call and by scope, and fit into a mail address', () => {
    const made = ['w0-r0', 'w0-r1', 'w1-r0'].flatMap((scope) => {
      const unique = identities({ run: 'k3f9x2', scope });
      return [unique(), unique()];
    });
    expect(new Set(made).size).toBe(6);
    for (const identity of made) expect(`${identity}@example.test`).toMatch(/^[a-z0-9-]{1,64}@/);
  });
});

describe('canonical JSON', () => {
  test('is the same for equal plans, whatever the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [{ d: undefined, c: 2 }] })).toBe('{"a":[{"c":2}],"b":1}');
  });
  test('sees a change inside a function or a schema', () => {
    expect(canonicalJson({ f: () => 1 })).not.toBe(canonicalJson({ f: () => 2 }));
    expect(canonicalJson(z.object({ a: z.number() }))).not.toBe(canonicalJson(z.object({ a: z.string() })));
    expect(canonicalJson(z.object({ a: z.number().min(1) }))).not.toBe(
      canonicalJson(z.object({ a: z.number().min(2) })),
    );
    expect(canonicalJson(z.object({ a: z.number() }))).toBe(canonicalJson(z.object({ a: z.number() })));
  });
});
