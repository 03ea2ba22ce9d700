import fc from 'fast-check';
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { parseForm } from '../../../demo/stripe-stand-in/form-body.ts';
import { pageOf } from '../../../demo/stripe-stand-in/lists.ts';
import { parseSearch, type Searchable } from '../../../demo/stripe-stand-in/search-query.ts';
import { signatureHeader } from '../../../demo/stripe-stand-in/signature.ts';
import { API_VERSION } from '../../../demo/stripe-stand-in/webhooks.ts';

test('form fields unfold', () => {
  const form = parseForm(
    'amount=5&metadata[order]=4%202&expand[0]=a&expand[1]=b&types[]=x&types[]=y&a[b][c]=d',
  );
  expect(JSON.parse(JSON.stringify(form))).toEqual({
    amount: '5',
    metadata: { order: '4 2' },
    expand: { 0: 'a', 1: 'b' },
    types: { 0: 'x', 1: 'y' },
    a: { b: { c: 'd' } },
  });
});

test('no field reaches the prototype', () => {
  parseForm('__proto__[polluted]=yes&metadata[__proto__][polluted]=yes&constructor[prototype][polluted]=yes');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each(['a[b=1', 'a]b[=1', 'a=1&a[b]=2', 'a[b]=1&a[b][c]=2', '[a]=1'])('refuses %s', (text) => {
  expect(() => parseForm(text)).toThrow(/[Pp]arameter/);
});

test('signs exactly as stripe-node does', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (payload, timestamp) => {
      const expected = Stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_a', timestamp });
      // A timestamp of 0 means "now" there.
      return timestamp === 0 || signatureHeader(payload, 'whsec_a', timestamp) === expected;
    }),
  );
});

test('writes events in the version of the installed stripe-node', () => {
  expect(API_VERSION).toBe(Stripe.API_VERSION);
});

const payment: Searchable = {
  amount: 1999,
  created: 1_700_000_000,
  currency: 'eur',
  status: 'succeeded',
  metadata: { order: '42', note: "it's here" },
};

test.each([
  [`metadata['order']:'42'`, true],
  [`metadata["order"]:"42" AND status:"succeeded"`, true],
  [`metadata["order"]:"42" status:"canceled"`, false],
  [`metadata["order"]:"41" OR currency:"EUR"`, true],
  [`-metadata["order"]:"42"`, false],
  [`metadata["note"]~"HERE"`, true],
  [`metadata["missing"]:null`, true],
  [`metadata["order"]:null`, false],
  [`amount>1998 AND amount<2000`, true],
  [`amount>=2000`, false],
  [`created>1600000000`, true],
])('searches %s', (query, found) => {
  expect(parseSearch(query)(payment)).toBe(found);
});

test.each([
  '',
  'order:42',
  `status>"a"`,
  `amount~"1"`,
  `status:"a" AND amount>1 OR amount<5`,
  `status:"a" AND`,
])('cannot read %s', (query) => {
  expect(() => parseSearch(query)).toThrow(/search query/);
});

test('pages cover everything once, forwards and backwards', () => {
  const all = Array.from({ length: 7 }, (_, index) => ({ id: `pi_${index}` }));
  const forwards: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = pageOf(all, { limit: 3, starting_after: after }, '/', 'thing');
    forwards.push(...page.data.map((item) => item.id));
    if (!page.has_more) break;
    after = page.data.at(-1)?.id;
  }
  expect(forwards).toEqual(all.map((item) => item.id));
  const back = pageOf(all, { limit: 3, ending_before: 'pi_5' }, '/', 'thing');
  expect(back).toMatchObject({ data: [{ id: 'pi_2' }, { id: 'pi_3' }, { id: 'pi_4' }], has_more: true });
  expect(() => pageOf(all, { starting_after: 'pi_x' }, '/', 'thing')).toThrow(/No such thing/);
});
