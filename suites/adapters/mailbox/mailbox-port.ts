import type { ObservePort } from '../../../contract/ports/observe.ts';

/** A mailbox in which synthetic customers get mail. */
export interface MailboxPort extends ObservePort<'mailbox'> {
  /**
   * Removes the mails all of whose recipients bear a mark of ours. Mail of anybody else stays, also one of which we got
   * a copy.
   * @param mark what all identities of one process begin with
   * @returns how many were removed
   * @throws PortUnavailable when they could not be removed
   */
  removeMailsTo(mark: string): Promise<number>;
}

/** More mails than this one process never sends; a mailbox that keeps what it was told to remove is not asked for ever. */
export const MOST_ROUNDS = 20;

/** Whether a mail went to nobody but addresses that bear the mark, at the beginning of a word. */
export function isOwn(recipients: readonly string[], mark: string): boolean {
  return (
    recipients.length > 0 &&
    recipients.every((address) => {
      const at = address.toLowerCase().indexOf(mark);
      return at === 0 || (at > 0 && !/[a-z0-9]/.test(address.charAt(at - 1).toLowerCase()));
    })
  );
}
