import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateObservation, evaluateResponse } from '../../../../contract/flow/evaluate.ts';
import {
  createsData,
  flow,
  unportableSteps,
  type Flow,
  type RequestStep,
} from '../../../../contract/flow/flow.ts';
import type { ResponseView } from '../../../../contract/flow/http.ts';
import { equal } from '../../../../contract/flow/statement.ts';

const response = (over: Partial<ResponseView> = {}): ResponseView => ({
  status: 200,
  headers: {},
  body: { id: 7, total: 1999 },
  durationMs: 3,
  ...over,
});

const order = flow('order-total-is-exact', { title: 'The total of an order is exact' })
  .given((ctx) => ({ email: `${ctx.unique()}@example.test`, price: 1999 }))
  .request('place', {
    request: ({ captured }) => ({ method: 'POST', path: '/orders', json: { email: captured.email } }),
    status: [200, 201],
    response: z.object({ id: z.number(), total: z.number() }),
    expect: ({ body, captured }) => [equal('total', body.total, captured.price)],
    capture: ({ body }) => ({ orderId: body.id }),
    creates: ({ captured }) => ({ kind: 'order', identity: captured.email }),
  });

const stepOf = (from: Flow, id: string): RequestStep => {
  const step = from.steps.find((candidate) => candidate.id === id);
  if (step?.kind !== 'request') throw new Error(`no request step ${id}`);
  return step;
};

describe('a flow', () => {
  test('is immutable: continuing it leaves the prefix as it was', () => {
    const longer = order.as('mail-arrives', { title: 'x' }).observe('mail', {
      port: 'mailbox',
      query: ({ captured }) => ({ to: captured.email }),
    });
    expect(order.steps.map((step) => step.id)).toEqual(['given', 'place']);
    expect(longer.steps.map((step) => step.id)).toEqual(['given', 'place', 'mail']);
    expect(longer.id).toBe('mail-arrives');
    expect(unportableSteps(order)).toEqual([]);
    expect(unportableSteps(longer)).toEqual([{ id: 'mail', kind: 'observe' }]);
    expect(createsData(order)).toBe(true);
    expect(createsData(flow('x', { title: 'x' }))).toBe(false);
  });

  test('judges a good answer as holding and captures from it', () => {
    const result = evaluateResponse(stepOf(order, 'place'), { price: 1999 }, response());
    expect(result.statements.every((statement) => statement.ok)).toBe(true);
    expect(result.captured).toEqual({ orderId: 7 });
  });

  test.each([
    ['a wrong status', response({ status: 500, body: 'boom' }), 'status', '500 boom'],
    [
      'a redirect, and where it leads',
      response({ status: 302, body: '', headers: { location: 'https://sso.test/login?token=abc#top' } }),
      'status',
      '302, which leads to https://sso.test/login',
    ],
    ['a wrong shape', response({ body: { id: 'seven', total: 1 } }), 'body.id', 'seven'],
    ['a missing member', response({ body: { id: 7 } }), 'body.total', 'nothing'],
    ['a wrong value', response({ body: { id: 7, total: 1998 } }), 'total', 1998],
  ])('names %s, what was measured, and captures nothing', (_, answer, name, measured) => {
    const result = evaluateResponse(stepOf(order, 'place'), { price: 1999 }, answer);
    const broken = result.statements.filter((statement) => !statement.ok);
    expect(broken[0]).toMatchObject({ name, measured });
    expect(result.captured).toEqual({});
  });

  test('applies the shape only where the engine asks for it, comparisons always', () => {
    const light = { schema: false };
    const bad = response({ body: { id: 'seven', total: 1999 } });
    expect(
      evaluateResponse(stepOf(order, 'place'), { price: 1999 }, bad, light).statements.every((s) => s.ok),
    ).toBe(true);
    const wrong = response({ body: { id: 7, total: 1 } });
    expect(
      evaluateResponse(stepOf(order, 'place'), { price: 1999 }, wrong, light).statements.some((s) => !s.ok),
    ).toBe(true);
  });

  test('an observation of nothing does not hold', () => {
    const watched = order.observe('row', { port: 'records', query: () => ({ from: 'orders', where: {} }) });
    const step = watched.steps.at(-1);
    if (step?.kind !== 'observe') throw new Error('not an observe step');
    expect(evaluateObservation(step, {}, null).statements).toMatchObject([
      { ok: false, measured: 'nothing' },
    ]);
    expect(evaluateObservation(step, {}, { rows: [] }).statements.every((s) => s.ok)).toBe(true);
  });
});
