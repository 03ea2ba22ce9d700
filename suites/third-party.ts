import { type EventId, type EventMeaning, meaningOf } from '../contract/events/table.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import { CannotTell } from './cannot-tell.ts';

/** Statuses with which a system says that it does not know who asks. */
const NOT_LET_IN: readonly (number | undefined)[] = [401, 403];

/**
 * What came from a third party means what the table of events says in the column for it.
 * @param name its key in `target.thirdParties`
 * @param detail what was seen, more exactly than the table says it
 * @throws CannotTell unless the table holds it against the target
 */
export function refuseThirdParty(
  name: string,
  event: EventId,
  detail: string,
  options: ErrorOptions = {},
): void {
  const { outcome, words, remedy } = meaning(event);
  if (outcome === 'fail') return;
  throw new CannotTell('third-party', `the third party "${name}": ${words} (${detail})`, {
    ...options,
    remedy,
  });
}

/**
 * The finding of a probe that asks a third party: all that is wrong there is wrong with that one, but for what the plan
 * compares in its answer.
 */
export function aboutThirdParty(finding: Finding): Finding {
  if (finding.outcome !== 'fail') return finding;
  const { cause = '', measured } = finding;
  const status = typeof measured === 'number' ? measured : undefined;
  const event = eventOfWrongAnswer(cause, status);
  // What a plan compares in the answer, such as a count of errors or a state, is about the target.
  if (event === undefined) return finding;
  const { outcome, remedy } = meaning(event);
  return outcome === 'fail' ? finding : { ...finding, outcome, cause: 'third-party', remedy };
}

function meaning(event: EventId): EventMeaning {
  const said = meaningOf(event, 'third-party', 'not-asked');
  return { ...said, remedy: `${said.remedy}; it says nothing about the target` };
}

/**
 * The event that an answer is which was not as wanted.
 * @param cause the stable word for what was wrong with it
 * @returns undefined for a comparison of the plan's own, such as of a count of errors or of the state of a breaker, whoever
 *   keeps it: that is about the target
 */
export function eventOfWrongAnswer(cause: string, status?: number): EventId | undefined {
  switch (cause) {
    case 'comparison':
    case 'breaker-not-closed':
      return undefined;
    case 'budget':
      return 'timeout';
    case 'body-undecodable':
      return cause;
    case 'status':
      return NOT_LET_IN.includes(status) ? 'not-let-in' : 'wrong-status';
    default:
      return 'wrong-shape';
  }
}
