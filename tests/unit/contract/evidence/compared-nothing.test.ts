import { expect, test } from 'vitest';
import { ComparedNothing } from '../../../../contract/evidence/compared-nothing.ts';
import { evaluateObservation, evaluateResponse } from '../../../../contract/flow/evaluate.ts';
import type { ObserveStep, RequestStep } from '../../../../contract/flow/flow.ts';
import { equal } from '../../../../contract/flow/statement.ts';

const RESPONSE = { status: 200, headers: {}, body: { vip: false }, durationMs: 1 };

function requestStep(expect: unknown): RequestStep {
  return {
    kind: 'request',
    id: 'look',
    request: () => ({ method: 'GET', path: '/' }),
    expect,
  } as RequestStep;
}

test.each([
  ['an empty list', () => []],
  ['a list only for some', ({ body }: { body: { vip: boolean } }) => (body.vip ? [equal('x', 1, 1)] : [])],
  ['nothing', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['a statement without its list', () => equal('x', 1, 1)],
  ['a list of something else', () => [true]],
  ['a list with a gap', () => [equal('x', 1, 1), undefined]],
])('an expect that returns %s compared nothing, in requests and observations', (_name, hook) => {
  expect(() => evaluateResponse(requestStep(hook), {}, RESPONSE)).toThrow(ComparedNothing);
  const observe = { kind: 'observe', id: 'see', port: 'records', query: () => ({}), expect: hook };
  expect(() => evaluateObservation(observe as unknown as ObserveStep, {}, { vip: false })).toThrow(
    ComparedNothing,
  );
});

test('a step that only compares the status is judged by it, and a wrong status comes first', () => {
  expect(evaluateResponse(requestStep(undefined), {}, RESPONSE).statements).toMatchObject([{ ok: true }]);
  const wrong = evaluateResponse(
    requestStep(() => []),
    {},
    { ...RESPONSE, status: 500 },
  );
  expect(wrong.statements).toMatchObject([{ name: 'status', ok: false }]);
  expect(
    evaluateResponse(
      requestStep(() => [equal('x', 1, 1)]),
      {},
      RESPONSE,
    ).statements,
  ).toHaveLength(2);
});
