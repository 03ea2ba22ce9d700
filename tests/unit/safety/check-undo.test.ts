import { expect, test } from 'vitest';
import { flow, type Flow } from '../../../contract/flow/flow.ts';
import { undoProblems } from '../../../safety/check-undo.ts';
import { planWith } from './plans.ts';

const remove = (): Flow => flow('remove-order', { title: 'Remove' });
const places = flow('can-order', { title: 'Can order' })
  .given(({ unique }) => ({ name: unique() }))
  .request('order', {
    request: () => ({ method: 'POST', path: '/orders' }),
    creates: ({ captured }) => ({ kind: 'order', identity: `order:${captured.name}` }),
  });
const problemsOf = (undo: (identity: string) => Flow, secrets: string[] = []): readonly string[] =>
  undoProblems(planWith({ flows: [places], created: { order: { undo } }, secrets }), { TOKEN: 'value' }).map(
    ({ path, problem, remedy }) => `${path}: ${problem} (${remedy})`,
  );

test.each<[string, (identity: string) => Flow, RegExp]>([
  [
    'reads a secret that the plan does not name',
    () =>
      remove().request('delete', {
        request: ({ secret }) => ({
          method: 'DELETE',
          path: '/x',
          headers: { authorization: secret('TOKEN') },
        }),
      }),
    /created\.order\.undo: its step "delete" throws.*TOKEN, which the plan does not name.*secrets: \['TOKEN'\]/,
  ],
  [
    'reads one in a later request, behind what an answer gives',
    () =>
      remove()
        .request('find', {
          request: () => ({ method: 'GET', path: '/x' }),
          capture: () => ({ row: { id: 'a' } }),
        })
        .request('delete', {
          request: ({ captured, secret }) => ({
            method: 'DELETE',
            path: `/x/${captured.row.id.toUpperCase()}/${secret('TOKEN')}`,
          }),
        }),
    /step "delete" throws.*TOKEN/,
  ],
  [
    'reads one at its start',
    () => remove().given(({ secret }) => ({ a: secret('TOKEN') })),
    /no request|TOKEN/,
  ],
  [
    'throws for the identity of a flow',
    (identity) => {
      throw new Error(`cannot parse ${identity}`);
    },
    /it throws: cannot parse order:gl-/,
  ],
  [
    'names an endpoint that the target does not have',
    () =>
      remove().request('delete', { request: () => ({ method: 'DELETE', path: '/x', endpoint: 'admin' }) }),
    /no URL for endpoint "admin"/,
  ],
  ['sends no request', remove, /it sends no request/],
  [
    'looks into the mailbox',
    () => remove().observe('mail', { port: 'mailbox', query: () => ({ to: 'x' }) }),
    /of kind "observe"/,
  ],
])('an undo that %s is a problem of the plan', (_name, undo, problem) => {
  expect(problemsOf(undo)).toEqual([expect.stringMatching(problem)]);
});

test('an undo that takes identities of its own shape only is not accused over an example of ours', () => {
  const undo = (identity: string): Flow => {
    if (!identity.startsWith('invoice/')) throw new Error('no invoice');
    return remove().request('delete', { request: () => ({ method: 'DELETE', path: `/${identity}` }) });
  };
  expect(undoProblems(planWith({ created: { invoice: { undo } } }))).toEqual([]);
});

test('an undo that works is none, whatever it makes of answers', () => {
  const undo = (identity: string): Flow =>
    remove()
      .given(() => ({ identity }))
      .request('find', {
        request: ({ captured, secret }) => ({
          method: 'GET',
          path: '/x',
          query: { q: captured.identity },
          headers: { authorization: secret('TOKEN') },
        }),
        capture: () => ({ rows: [{ id: 1 }] }),
      })
      .request('delete', {
        request: ({ captured, secret }) => ({
          method: 'DELETE',
          path: `/x/${captured.rows.map((row) => row.id).join(',')}/${secret('TOKEN').length}`,
        }),
      });
  expect(problemsOf(undo, ['TOKEN'])).toEqual([]);
  expect(undoProblems(planWith({ created: { order: { keep: 'orders stay' } } }))).toEqual([]);
});
