import { describe, expect, test } from 'vitest';
import { inHeadline } from '../../../reporters/judge/headline.ts';
import { judge } from '../../../reporters/judge.ts';
import { renderGithubAnnotations } from '../../../reporters/renderers/github/annotations.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { attempt, DECIDED, evidenceOf, failing, planned } from './evidence-builders.ts';

const POLICY_HEADER = `"default-src 'self'; ${'img-src https://images.example.com; '.repeat(9)}"`;

describe('the headline of a verdict', () => {
  const ordered = planned('order-is-kept', {
    title: 'An order keeps its total',
    owner: 'the shop team',
    runbook: 'https://runbooks.example.com/orders',
  });
  const summary = `GET /orders/7: body is {"id":7,"total":1999,"lines":[1,2],"state":"paid"} instead of {"id":7}, and header content-security-policy is ${POLICY_HEADER}`;
  const verdict = judge(
    evidenceOf(
      [ordered],
      [failing('order-is-kept', {}, { summary, measured: 49_988, expected: 50_000, unit: 'rows' })],
    ),
    DECIDED,
  );

  test('is what the check states, with numbers in their unit, and neither JSON nor a whole header', () => {
    expect(verdict.reason).toMatch(
      /^An order keeps its total \(order-is-kept\): GET \/orders\/7: body is an object with id, total, lines and 1 more instead of an object with id, and header/,
    );
    expect(verdict.reason).toMatch(/…"; measured 49,988 rows, expected 50,000 rows$/);
    expect(verdict.reason.length).toBeLessThan(330);
  });

  test('leaves the whole value to the details, and names who is called', () => {
    for (const text of [renderers.terminal(verdict), renderers.html(verdict), renderers.junit(verdict)]) {
      expect(text).toMatch(/images\.example\.com; img-src https:\/\/images/);
      expect(text).toContain('the shop team');
      expect(text).toContain('https://runbooks.example.com/orders');
    }
    const [, first] = renderGithubAnnotations(verdict).split('\n');
    expect(first).toContain('An order keeps its total (order-is-kept)');
    expect(first).not.toContain('{"id"');
  });
});

test.each([
  ['items[*].price is 3 instead of 4', 'items[*].price is 3 instead of 4'],
  ['$.items[0] and $.rows[0][1] are missing', '$.items[0] and $.rows[0][1] are missing'],
  ['body: [], expected {}', 'body: an empty list, expected an empty object'],
  ['{"a":"}"} and {"b" cut', 'an object with a and {"b" cut'],
  ['status of /: 503, expected 200', 'status of /: 503, expected 200'],
])('%s', (text, told) => {
  expect(inHeadline(text)).toBe(told);
});

test('a very long word, title or sentence is cut', () => {
  expect(inHeadline(`token ${'x'.repeat(500)}`).length).toBeLessThan(140);
  expect(inHeadline('word '.repeat(500)).length).toBe(600);
  const verdict = judge(evidenceOf([planned('a', { title: 'long '.repeat(100) })], [failing('a')]), DECIDED);
  expect(verdict.reason).toMatch(/^long .{100,130}… \(a\): saw fail$/);
});

test('checks that a filter left out are one line, in every report', () => {
  const ids = Array.from({ length: 61 }, (_, index) => `check-${index}`);
  const because = '--grep seen left it out';
  const verdict = judge(
    evidenceOf([planned('seen'), ...ids.map((id) => planned(id))], [attempt('seen')], {
      notStarted: ids.map((check) => ({ check, because })),
    }),
    DECIDED,
  );
  const lines = (text: string): number => text.split(because).length - 1;
  expect(verdict.reasons.filter((reason) => reason.includes(because))).toHaveLength(1);
  // In the banner and once among what did not run.
  expect(lines(renderers.terminal(verdict))).toBe(2);
  expect(renderers.html(verdict)).toContain(
    '<h2 id="not-run">What did not run <span class="count">61</span>',
  );
  expect(renderers.html(verdict).match(/61 checks<span class="of">/g)).toHaveLength(1);
});
