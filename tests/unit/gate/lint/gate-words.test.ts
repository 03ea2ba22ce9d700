import { expect, test } from 'vitest';
import { gateWords } from '../../../../gate/lint/gate-words.ts';
import { ROUTES } from '../../../../gate/mechanisms/index.ts';
import { json } from '../../../../gate/response.ts';
import { inQuery, type Route } from '../../../../gate/route.ts';

const route = (path: string, status: number): Route => ({
  path,
  methods: ['GET'],
  question: inQuery,
  dialect: () => json(status, {}),
});
const words = gateWords([route('/v1/strict', 412), route('/v1/always-ok', 200)]);
const curl = (path: string): string => `curl --fail https://gate.example.com:8484${path}?target=shop`;

test('what asks the gate follows from its routes, and from nothing else', () => {
  expect(words.names('url: https://gate.example.com/v1/strict?target=shop')).toBe(true);
  expect(words.names('url: https://gate.example.com/v1/stricter')).toBe(false);
  expect(words.asks(curl('/v1/always-ok'))).toBe(true);
  expect(words.asks(curl('/v1/orders'))).toBe(false);
  expect(gateWords(ROUTES).asks(curl('/v1/strict'))).toBe(false);
});

test('--fail is enough only where a refusal is no 200', () => {
  expect(words.failsOnRefusal(curl('/v1/strict'))).toBe(true);
  expect(words.failsOnRefusal(curl('/v1/strict').replace('--fail ', ''))).toBe(false);
  expect(words.failsOnRefusal(curl('/v1/always-ok'))).toBe(false);
  expect(gateWords(ROUTES).failsOnRefusal(curl('/v1/argo'))).toBe(false);
  expect(gateWords(ROUTES).failsOnRefusal(curl('/v1/azure'))).toBe(true);
});

test('Greenlight as a word is a name, and the program only in its own letters', () => {
  expect([words.names('# Greenlight'), words.namesExactly('# Greenlight')]).toEqual([true, false]);
  expect(words.namesExactly('npx greenlight run')).toBe(true);
});
