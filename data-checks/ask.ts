import { Unavailable } from '../contract/cannot-tell.ts';
import type { CountAnswer, CountQuery, RowCounter } from '../contract/ports/records.ts';
import type { SideAnswer } from './counts-finding.ts';

/** Asks one side for one table. That it can't be asked is an answer too; whatever else is thrown is a defect of ours. */
export async function ask(counter: RowCounter, query: CountQuery): Promise<SideAnswer> {
  let answers: readonly CountAnswer[];
  try {
    answers = await counter.count([query]);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return error;
  }
  const answer = answers[0];
  if (answer === undefined || answers.length !== 1) {
    return { kind: 'unreadable', reason: `the reader gave ${answers.length} answers to one question` };
  }
  return answer.kind === 'counted' ? complete(answer, query) : answer;
}

/** A reader that is not ours may leave something out: two sums that are both absent must not count as equal. */
function complete(answer: Extract<CountAnswer, { kind: 'counted' }>, query: CountQuery): SideAnswer {
  if (!Number.isInteger(answer.rows) || answer.rows < 0) {
    return { kind: 'unreadable', reason: `the reader gave ${String(answer.rows)} as the number of rows` };
  }
  const absent = (query.sums ?? []).filter((column) => typeof answer.sums[column] !== 'string');
  return absent.length === 0
    ? answer
    : { kind: 'unreadable', reason: `the reader gave no sum of ${absent.join(', ')} as decimal text` };
}
