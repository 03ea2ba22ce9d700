import { expect, test } from 'vitest';
import { redactBytes } from '../../../safety/redact-bytes.ts';
import { createRedactor } from '../../../safety/redactor.ts';

const redactor = createRedactor({ env: {}, values: ['correct-horse-battery'], enabled: true });
const redacted = (text: string): string | undefined => redactBytes(Buffer.from(text), redactor)?.toString();

test('JSON stays JSON although a value ends with the name of a secret field', () => {
  const finding = {
    expected: 'a link with token=',
    measured: 'http://shop/verify?token=abcdef123456',
    password: 'x1y2z3',
  };
  const clean = JSON.parse(redacted(JSON.stringify(finding)) ?? '') as typeof finding;
  expect(clean.expected).toBe('a link with token=');
  expect(clean.measured).toBe('http://shop/verify?token=[redacted]');
  expect(clean.password).toBe('[redacted]');
});

test('lines of JSON stay lines of JSON, and known values go wherever they stand', () => {
  const lines = `{"a":"say correct-horse-battery"}\n{"b":"token="}\n`;
  expect(redacted(lines)).toBe('{"a":"say [redacted]"}\n{"b":"token="}\n');
});

test('what is clean is not touched, layout included', () => {
  expect(redacted('{ "a": 1 }')).toBeUndefined();
});

test('text that only begins like JSON is redacted as text', () => {
  expect(redacted('{ not json } correct-horse-battery')).toBe('{ not json } [redacted]');
});
