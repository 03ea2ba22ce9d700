import type { MailboxSource } from '../../../contract/plan/target.ts';
import { greenlightSinkMailbox } from './greenlight-sink.ts';
import { imapMailbox } from './imap.ts';
import type { MailboxPort } from './mailbox-port.ts';
import { maildevMailbox } from './maildev.ts';
import { mailpitMailbox } from './mailpit.ts';

type WebMailbox = Extract<MailboxSource, { url: string }>;

/** A new adapter is one file and one line here; the compiler asks for the line. */
const webMailboxes = {
  mailpit: mailpitMailbox,
  maildev: maildevMailbox,
  'greenlight-sink': greenlightSinkMailbox,
} satisfies Record<WebMailbox['adapter'], (source: { readonly url: string }) => MailboxPort>;

/** The mailbox that a plan names. Nothing is connected before the first look. */
export function openMailbox(source: MailboxSource): MailboxPort {
  return source.adapter === 'imap' ? imapMailbox(source) : webMailboxes[source.adapter](source);
}
