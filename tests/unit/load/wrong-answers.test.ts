import { describe, expect, test } from 'vitest';
import { exampleOf, mergeWrongAnswers, WrongAnswers } from '../../../load/engines/wrong-answers.ts';

const example = { request: 'GET /', answer: '503' };

describe('answers that do not hold', () => {
  test('are counted by status, the most frequent first, with the first of each as an example', () => {
    const wrong = new WrongAnswers();
    expect(wrong.result()).toEqual({});
    for (const [at, status] of [404, 503, 503, 503, 404, 500].entries())
      wrong.add(status, () => ({ request: `GET /${at}`, answer: String(status) }));
    expect(wrong.result()).toEqual({
      wrongAnswers: [
        { status: 503, count: 3, example: { request: 'GET /1', answer: '503' } },
        { status: 404, count: 2, example: { request: 'GET /0', answer: '404' } },
        { status: 500, count: 1, example: { request: 'GET /5', answer: '500' } },
      ],
    });
  });

  test('of several processes are added up', () => {
    const of = (status: number, count: number) => ({ wrongAnswers: [{ status, count, example }] });
    expect(mergeWrongAnswers([of(503, 2), {}, of(404, 9), of(503, 8)])).toEqual({
      wrongAnswers: [
        { status: 503, count: 10, example },
        { status: 404, count: 9, example },
      ],
    });
    expect(mergeWrongAnswers([{}, {}])).toEqual({});
  });

  test('are shown without the query of the address and without what a body says', () => {
    const body = '{"error":"no such customer: ada@example.com","code":"gone"}';
    expect(
      exampleOf(
        { method: 'GET', url: 'http://127.0.0.1:1/orders?token=abc' },
        { status: 404, headers: { 'content-type': 'application/json; charset=utf-8' }, body },
      ),
    ).toEqual({
      request: 'GET /orders',
      answer: '404, application/json, {"error":a text of 33 characters,"code":"gone"}',
    });
    expect(exampleOf({ method: 'GET', url: 'http://127.0.0.1:1' }, { status: 502, headers: {} })).toEqual({
      request: 'GET /',
      answer: '502',
    });
  });
});
