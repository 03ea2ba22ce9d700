import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { equal } from '../../../contract/flow/statement.ts';
import { flow } from '../../../contract/flow/flow.ts';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { TargetUnreachable, type ApplicationPort } from '../../../contract/ports/application.ts';
import type { Plan } from '../../../contract/plan/plan.ts';
import type { LedgerEntry } from '../../../safety/ledger.ts';
import { undoEntry } from '../../../safety/undo.ts';
import { planWith } from './plans.ts';

const entry: LedgerEntry = {
  id: 'e1',
  run: 'r1',
  check: 'visitor-can-register',
  kind: 'customer',
  identity: 'gl-r1-1@example.test',
  target: 'shop',
  at: '2026-11-21T00:00:00.000Z',
};

/** Find, then delete: the second request uses what the first captured. */
const created: Plan['created'] = {
  customer: {
    undo: (identity) =>
      flow('remove-customer', { title: 'Remove a customer' })
        .given(() => ({ mail: identity }))
        .request('find', {
          request: ({ captured, secret }) => ({
            method: 'GET',
            path: '/customers',
            query: { mail: captured.mail },
            headers: { authorization: secret('TOKEN') },
          }),
          response: z.object({ id: z.number() }),
          expect: ({ body }) => [equal('known', body.id > 0, true)],
          capture: ({ body }) => ({ id: body.id }),
        })
        .request('delete', {
          request: ({ captured }) => ({ method: 'DELETE', path: `/customers/${captured.id}` }),
          status: [204, 404],
        }),
  },
  order: { keep: 'orders are never deleted' },
  watched: {
    undo: () =>
      flow('watch', { title: 'Watch' }).observe('mail', { port: 'mailbox', query: () => ({ to: 'x' }) }),
  },
  empty: { undo: () => flow('nothing', { title: 'Nothing' }) },
};
const plan = planWith({ created });

/** A recorded exchange in place of a server; the real one is tried in the runner tests. */
function answering(...answers: (Partial<ResponseView> | Error)[]): ApplicationPort & { sent: WireRequest[] } {
  const sent: WireRequest[] = [];
  return {
    sent,
    send: async (request) => {
      sent.push(request);
      const answer = answers[sent.length - 1];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('unexpected request');
      return { status: 200, headers: {}, body: '', durationMs: 1, ...answer };
    },
  };
}

const undo = (application: ApplicationPort, over: Partial<LedgerEntry> = {}) =>
  undoEntry({ plan, entry: { ...entry, ...over }, application, secret: (name) => `value of ${name}` });

describe('undoing', () => {
  test('runs all requests, with what was captured', async () => {
    const application = answering({ body: { id: 7 } }, { status: 204 });
    expect(await undo(application)).toEqual({ how: 'undone' });
    expect(application.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET http://127.0.0.1:1/customers?mail=gl-r1-1%40example.test',
      'DELETE http://127.0.0.1:1/customers/7',
    ]);
    expect(application.sent[0]?.headers).toEqual({ authorization: 'value of TOKEN' });
  });
  test('what is gone already counts as removed when the flow says so', async () => {
    expect(await undo(answering({ body: { id: 7 } }, { status: 404 }))).toEqual({ how: 'undone' });
  });
  test('a kind that stays is kept and nothing is sent', async () => {
    expect(await undo(answering(), { kind: 'order' })).toEqual({ how: 'kept' });
  });
  test.each([
    [
      'a wrong status',
      [{ body: { id: 7 } }, { status: 500 }],
      {},
      /step "delete": status is 500, expected 204 or 404/,
    ],
    ['a wrong shape', [{ body: 'html' }], {}, /step "find": body/],
    ['an unreachable target', [new TargetUnreachable('refused', 'ECONNREFUSED')], {}, /ECONNREFUSED/],
    [
      'an unknown kind',
      [],
      { kind: 'toString' },
      /does not say how to remove "toString" \(it knows: customer, order/,
    ],
    ['another target', [], { target: 'other' }, /was created on "other"/],
    ['an identity without label', [], { identity: 'boss@example.test' }, /does not carry ctx\.unique\(\)/],
    ['a step that is no request', [], { kind: 'watched' }, /"mail" of its undo flow is of kind "observe"/],
    ['an undo without requests', [], { kind: 'empty' }, /sends no request/],
  ])('%s is a failure with a reason', async (_name, answers, over, reason) => {
    const undone = await undo(answering(...(answers as (Partial<ResponseView> | Error)[])), over);
    expect('failed' in undone && undone.failed).toMatch(reason);
  });
});
