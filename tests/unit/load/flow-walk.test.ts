import { describe, expect, test } from 'vitest';
import { flow } from '../../../contract/index.ts';
import type { ResponseView } from '../../../contract/flow/http.ts';
import { dataRow, walkFlow } from '../../../load/engines/flow-walk.ts';
import { schemaSample } from '../../../load/engines/schema-sample.ts';
import { twoSteps } from './two-steps.ts';

const answer = (body: unknown, status = 200): ResponseView => ({ status, headers: {}, body, durationMs: 1 });
const start = (one: ReturnType<typeof twoSteps>) =>
  walkFlow({
    flow: one,
    urls: { app: 'http://shop.test' },
    run: 'r',
    scope: () => 'vu1-i0',
    data: {},
    secret: () => 's',
  });

describe('walking through a flow', () => {
  test('each request is made of what earlier steps captured', () => {
    const walk = start(twoSteps());
    expect(walk.next()).toMatchObject({ method: 'POST', body: '{"name":"gl-r-vu1-i0-1"}' });
    expect(walk.answered(answer({ id: 7 }), { schema: true }).kind).toBe('ok');
    expect(walk.next()?.url).toBe('http://shop.test/things/7');
    expect(walk.answered(answer({ list: ['a'] }), { schema: false }).kind).toBe('ok');
    expect(walk.next()).toBeUndefined();
  });

  test('an answer that does not hold ends the walk, with its kind', () => {
    const refused = start(twoSteps());
    refused.next();
    expect(refused.answered(answer({}, 500), { schema: false }).kind).toBe('status');
    expect(refused.next()).toBeUndefined();
    const misshapen = start(twoSteps());
    misshapen.next();
    expect(misshapen.answered(answer({ id: 'x' }), { schema: true }).kind).toBe('assertion');
    expect(misshapen.next()).toBeUndefined();
  });

  test("a comparison that stumbles over a wrong shape is the target's error; over a right one it is ours", () => {
    const walk = start(twoSteps());
    walk.next();
    walk.answered(answer({ id: 7 }), { schema: false });
    walk.next();
    expect(walk.answered(answer('<html>'), { schema: false }).kind).toBe('assertion');
    const broken = flow('broken', { title: 'Broken' }).request('one', {
      request: () => ({ method: 'GET', path: '/' }),
      expect: () => {
        throw new TypeError('a mistake in the plan');
      },
    });
    const own = walkFlow({
      flow: broken,
      urls: { app: 'http://x' },
      run: 'r',
      scope: () => 's',
      data: {},
      secret: () => '',
    });
    own.next();
    expect(() => own.answered(answer({}), { schema: false })).toThrow('a mistake in the plan');
  });

  test('begun again it knows nothing of the last iteration', () => {
    let iteration = 0;
    const walk = walkFlow({
      flow: twoSteps(),
      urls: { app: 'http://shop.test' },
      run: 'r',
      scope: () => `vu1-i${iteration}`,
      data: {},
      secret: () => 's',
    });
    for (; iteration < 2; iteration += 1) {
      if (iteration > 0) walk.again({});
      expect(walk.next()?.body).toBe(`{"name":"gl-r-vu1-i${iteration}-1"}`);
      expect(walk.answered(answer({ id: iteration }), { schema: true }).kind).toBe('ok');
      expect(walk.next()?.url).toBe(`http://shop.test/things/${iteration}`);
      walk.giveUp();
    }
    walk.again({});
    expect(() => walk.answered(answer({}), { schema: true })).toThrow('before any request');
  });

  test('giving up ends it', () => {
    const walk = start(twoSteps());
    walk.next();
    walk.giveUp();
    expect(walk.next()).toBeUndefined();
  });

  test('data rows are taken in turn; without a pool the row is empty', () => {
    const pooled = flow('pooled', { title: 'P', data: [{ n: 1 }, { n: 2 }] });
    expect([0, 1, 2].map((iteration) => dataRow(pooled, iteration)['n'])).toEqual([1, 2, 1]);
    expect(dataRow(twoSteps(), 5)).toEqual({});
  });

  test('the schema sample holds every first iteration, and the same one in about a hundred again', () => {
    expect(schemaSample('r', 9)(0)).toBe(true);
    const chosen = Array.from({ length: 20_000 }, (_, n) => schemaSample('r', 1)(n + 1));
    expect(chosen.filter(Boolean).length).toBeGreaterThan(120);
    expect(chosen.filter(Boolean).length).toBeLessThan(300);
    expect(Array.from({ length: 20_000 }, (_, n) => schemaSample('r', 1)(n + 1))).toEqual(chosen);
  });
});
