import type { MailQuery } from '../../../contract/ports/mailbox.ts';

/** What every mailbox knows about a mail before it reads all of it. */
interface Addressed {
  readonly to: readonly string[];
  readonly subject: string;
  /** ISO 8601. */
  readonly receivedAt: string;
}

/**
 * The newest mail that really matches. Servers search by substring, so a search for `a@b.c` also finds `aa@b.c`:
 * the exact recipient is compared here, for every adapter.
 */
export function newestMatch<M extends Addressed>(mails: readonly M[], query: MailQuery): M | null {
  const to = query.to.toLowerCase();
  const subject = query.subject?.toLowerCase();
  return (
    mails
      .filter((mail) => mail.to.some((address) => address.toLowerCase() === to))
      .filter((mail) => subject === undefined || mail.subject.toLowerCase().includes(subject))
      .sort((a, b) => Date.parse(b.receivedAt) - Date.parse(a.receivedAt))[0] ?? null
  );
}

/** An address that no mail was ever sent to, to prove that a mailbox can be searched. */
export const NOBODY = 'greenlight-readiness@example.invalid';
