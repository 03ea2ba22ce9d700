import type { TargetUnreachable, UnreachableReason } from '../contract/ports/application.ts';
import type { Statement } from '../contract/statement.ts';
import { CannotTell } from './cannot-tell.ts';
import type { Control } from './control.ts';

const WORDS: Readonly<Record<UnreachableReason, string>> = {
  refused: 'connection refused',
  reset: 'connection reset',
  unresolved: 'host name not found',
  untrusted: 'certificate not trusted',
  timeout: 'no answer in time',
  unreachable: 'not reachable',
};

/**
 * What it means that the target gave no answer: a statement that does not hold, while our own network works.
 * @throws CannotTell when the control address is silent as well: then the fault may be ours
 */
export async function judgeNoAnswer(
  error: TargetUnreachable,
  name: string,
  budgetMs: number,
  control: Control,
): Promise<Statement> {
  if ((await control.ask()) === 'silent') {
    throw new CannotTell(
      'network',
      `${name}: ${WORDS[error.reason]}, and the control address is silent as well`,
      { remedy: 'check the network of this machine, then run again', cause: error },
    );
  }
  return { name, ok: false, measured: WORDS[error.reason], expected: `an answer within ${budgetMs} ms` };
}
