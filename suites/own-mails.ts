import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxSource, Target } from '../contract/plan/target.ts';
import { firstLine } from './cannot-tell.ts';
import { openMailbox } from './adapters/mailbox/index.ts';
import type { MailboxPort } from './adapters/mailbox/mailbox-port.ts';

/** Tidying must not hold up a verdict. */
const WITHIN_MS = 10_000;

/**
 * Removes the mail that the synthetic customers of this process got, once all of its checks are done. It says nothing
 * about the target when that fails: then a line says that they stay. Never throws.
 * @param mark what all identities of this process begin with
 */
export async function removeOwnMails(
  { mailbox }: Pick<Target, 'mailbox'>,
  mark: string,
  open: (source: MailboxSource) => Pick<MailboxPort, 'removeMailsTo' | 'close'> = openMailbox,
): Promise<void> {
  if (mailbox === undefined || mailbox.keepMails === true) return;
  const limit = new AbortController();
  let opened: ReturnType<typeof open> | undefined;
  try {
    opened = open(mailbox);
    await Promise.race([
      opened.removeMailsTo(mark),
      sleep(WITHIN_MS, undefined, { signal: limit.signal }).then(() => {
        throw new Error(`it took longer than ${WITHIN_MS / 1000} s`);
      }),
    ]);
  } catch (error) {
    process.stderr.write(`greenlight: mails to ${mark}… stay in the mailbox: ${firstLine(error)}\n`);
  } finally {
    limit.abort();
    await opened?.close().catch(() => undefined);
  }
}
