import { type EventId, meaningOf } from '../contract/events/table.ts';
import type { TargetUnreachable } from '../contract/ports/application.ts';
import type { Statement } from '../contract/flow/statement.ts';
import { CannotTell } from './cannot-tell.ts';
import type { Control } from './control.ts';
import { refuseThirdParty } from './third-party.ts';
import { whoseCertificateFault } from './whose-certificate.ts';

/** What came although it was no answer: then more can be said than that none came. */
const CAME: readonly EventId[] = [
  'rate-limited-still',
  'body-cut-short',
  'body-undecodable',
  'redirect-loop',
];

/** The stable word of a finding about an event that is the target's fault. */
export function causeOfNoAnswer({ event }: TargetUnreachable): string {
  return CAME.includes(event) ? event : 'no-answer';
}

/**
 * What it means that the target gave no answer that can be read, by the table of events.
 * @param thirdParty its name, where it was no address of the target
 * @throws CannotTell when the fault is, or may be, ours, or that of a third party
 */
export async function noAnswerStatement(
  error: TargetUnreachable,
  name: string,
  budgetMs: number,
  control: Control,
  thirdParty?: string,
): Promise<Statement> {
  const event = await whoseCertificateFault(error, control);
  if (thirdParty !== undefined) refuseThirdParty(thirdParty, event, error.message, { cause: error });
  const asked = await control.ask();
  const { outcome, words, remedy } = meaningOf(event, 'single', asked);
  if (outcome === 'fail') {
    const measured = CAME.includes(event) ? `${words}: ${error.message}` : words;
    return { name, ok: false, measured, expected: `an answer within ${budgetMs} ms` };
  }
  const silent = asked === 'silent' && meaningOf(event, 'single', 'answers').outcome === 'fail';
  throw silent
    ? new CannotTell('network', `${name}: ${words}, and the control address is silent as well`, {
        remedy,
        cause: error,
      })
    : new CannotTell(event, `${name}: ${words} (${error.message})`, { remedy, cause: error });
}
