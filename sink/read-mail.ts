import { randomUUID } from 'node:crypto';
import type { Mail } from '../contract/ports/mailbox.ts';
import { importOptional } from '../host/import-optional.ts';
import { mailLinks } from '../contract/flow/mail-links.ts';

/** What the SMTP conversation said, apart from the message itself. */
export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/**
 * Reads a raw message. `to` is the envelope's: that is who gets it, whatever the header claims; `from` is the
 * header's, which the customer sees.
 */
export async function readMail(raw: Uint8Array, envelope: Envelope, receivedAt: Date): Promise<Mail> {
  const { default: PostalMime } = await importOptional('postal-mime', () => import('postal-mime'));
  const parsed = await PostalMime.parse(raw);
  const text = parsed.text ?? '';
  const html = parsed.html ?? '';
  const headers: Record<string, string> = {};
  for (const { key, value } of parsed.headers) {
    headers[key] = key in headers ? `${headers[key]}\n${value}` : value;
  }
  return {
    id: randomUUID(),
    from: parsed.from?.address ?? envelope.from,
    to: envelope.to,
    subject: parsed.subject ?? '',
    text,
    html,
    links: mailLinks({ html, text }),
    headers,
    receivedAt: receivedAt.toISOString(),
  };
}
