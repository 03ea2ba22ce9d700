import type { MailboxSource } from '../../../contract/plan/target.ts';
import { greenlightSinkMailbox } from './greenlight-sink.ts';
import { imapMailbox } from './imap.ts';
import type { MailboxPort } from './mailbox-port.ts';
import { maildevMailbox } from './maildev.ts';
import { mailpitMailbox } from './mailpit.ts';

type Adapter = MailboxSource['adapter'];
type SourceOf<A extends Adapter> = Extract<MailboxSource, { adapter: A }>;

/** A new adapter is one file and one line here; the compiler asks for the line. */
const mailboxes: { readonly [A in Adapter]: (source: SourceOf<A>) => MailboxPort } = {
  imap: imapMailbox,
  mailpit: mailpitMailbox,
  maildev: maildevMailbox,
  'greenlight-sink': greenlightSinkMailbox,
};

/** The mailbox that a plan names. Nothing is connected before the first look. */
export function openMailbox(source: MailboxSource): MailboxPort {
  // Each is called with what the plan says for it; the type of the lookup cannot say so.
  const open = mailboxes[source.adapter] as (source: MailboxSource) => MailboxPort;
  return open(source);
}
