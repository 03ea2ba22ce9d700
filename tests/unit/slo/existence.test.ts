import { expect, test } from 'vitest';
import { existence } from '../../../slo/existence.ts';

const UP = 'up{job="shop"}';
const TOTAL = 'http_requests_total{job="shop"}';

test.each([
  // Where it is stays as it is written: a typing error finds nothing, and so proves nothing.
  ['http_errors_total{job="shpo"}', TOTAL, 'count(http_errors_total{job="shpo",job="shop"})'],
  // Which kind of event it is may have any value: a target without errors never wrote that one.
  ['http_requests_total{job="shop",code=~"5.."}', TOTAL, 'count(http_requests_total{job="shop",code!=""})'],
  // Also where `total` does not say where: `up` does, and a job always is a place.
  ['errors_total{job="shpo"}', 'requests_total', 'count(errors_total{job="shpo"})'],
  ["errors_total{ job = 'a}b', code='5' }", 'requests_total', `count(errors_total{job = 'a}b',code!=""})`],
  // A label of both with fixed values is a place, too; one that only selects kinds is not.
  [
    'http_requests_total{service="cart",code="500"}',
    'http_requests_total{service="shop",code=~"[1-5].."}',
    'count(http_requests_total{service="cart",service="shop",code!="",code=~"[1-5].."})',
  ],
  ['errors_total', TOTAL, 'count(errors_total)'],
])('that %s exists beside %s is asked as %s', (bad, total, asked) => {
  expect(existence(UP, bad, total)).toBe(asked);
});

test('matchers that cannot be read are no proof', () => {
  expect(() => existence(UP, 'errors_total{job=}', TOTAL)).toThrow('cannot be read');
});
