import type { ObserveStep } from '../../contract/flow/flow.ts';
import type { Mail } from '../../contract/ports/mailbox.ts';
import { CannotTell } from '../cannot-tell.ts';

/** The mailbox has a clock of its own, and some say whole seconds only. */
const CLOCK_SKEW_MS = 10_000;

/**
 * Whether a mail was there before the flow began: an address that is not made by `ctx.unique()` still holds the mail
 * that an earlier run, or the old system, sent to it. A time that cannot be read shows nothing either.
 * @param startedAt milliseconds since 1970
 */
export function isStale(mail: Mail, startedAt: number): boolean {
  return !(Date.parse(mail.receivedAt) >= startedAt - CLOCK_SKEW_MS);
}

/** Not `fail`: from here, an old mail and a mailbox whose clock is behind look the same. */
export function onlyStaleMail(step: ObserveStep, mail: Mail, startedAt: number): CannotTell {
  return new CannotTell(
    'stale-mail',
    `step "${step.id}": the newest matching mail was received at ${mail.receivedAt || 'an unknown time'}, before this flow began (${new Date(startedAt).toISOString()})`,
    {
      remedy:
        'send to an address made with ctx.unique(), or empty the mailbox; and compare its clock with that of this machine',
    },
  );
}
