import { type DecodedBody, decodeText } from '../../contract/flow/body.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import type { LoadResult, WrongAnswer } from '../../contract/load/load-result.ts';

/** Statuses that a person reads about; rarer ones are left out. */
const MOST_STATUSES = 5;
const LONGEST = 160;

/** One request and the answer to it, in words that show no value of a customer. */
export type AnswerExample = WrongAnswer['example'];

/** Tells of an answer that does not hold. */
export type TellWrong = (status: number, example: () => AnswerExample) => void;

/** Counts answers that do not hold by their status, with the first of each as an example. */
export class WrongAnswers {
  readonly #byStatus = new Map<number, { count: number; example: AnswerExample }>();

  /** @param example asked only of the first answer with this status: making one costs as much as a request */
  add(status: number, example: () => AnswerExample): void {
    const known = this.#byStatus.get(status);
    if (known === undefined) this.#byStatus.set(status, { count: 1, example: example() });
    else known.count += 1;
  }

  /** As a part of a result: nothing where every answer holds. */
  result(): { readonly wrongAnswers?: WrongAnswer[] } {
    return mostFrequent([...this.#byStatus].map(([status, counted]) => ({ status, ...counted })));
  }
}

/** Those of several results together. */
export function mergeWrongAnswers(
  results: readonly Pick<LoadResult, 'wrongAnswers'>[],
): ReturnType<WrongAnswers['result']> {
  const merged = new Map<number, WrongAnswer>();
  for (const one of results.flatMap(({ wrongAnswers = [] }) => wrongAnswers)) {
    const known = merged.get(one.status);
    merged.set(one.status, known === undefined ? one : { ...known, count: known.count + one.count });
  }
  return mostFrequent([...merged.values()]);
}

function mostFrequent(answers: WrongAnswer[]): { readonly wrongAnswers?: WrongAnswer[] } {
  if (answers.length === 0) return {};
  return { wrongAnswers: answers.sort((a, b) => b.count - a.count).slice(0, MOST_STATUSES) };
}

/**
 * `GET /products` and `503, text/html, a text of 162 characters`. Portable. The query of the address is left out, and of a
 * body only the shape is shown: both may be about a customer.
 * @param body where the engine kept one
 */
export function exampleOf(
  request: { readonly method: string; readonly url: string },
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): AnswerExample {
  const path = request.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  const type = answer.headers['content-type']?.split(';', 1)[0];
  const body =
    answer.body === undefined || answer.body === '' ? undefined : inShape(decodeText(type, answer.body));
  const parts = [String(answer.status), type, body].filter((part) => part !== undefined);
  return {
    request: `${request.method} ${path || '/'}`.slice(0, LONGEST),
    answer: parts.join(', ').slice(0, LONGEST),
  };
}

function inShape({ body }: DecodedBody): string {
  return String(shapeOf(body));
}
