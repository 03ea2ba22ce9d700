import type { Mail } from '../../contract/ports/mailbox.ts';

export interface MailStoreLimits {
  readonly messages: number;
  /** Bytes of the stored messages as they came over the wire. */
  readonly bytes: number;
}

/** Holds the newest mails within its limits; a load run that registers thousands must not eat the machine. */
export interface MailStore {
  add(mail: Mail, bytes: number): void;
  /** Newest first; with a recipient, only mails whose envelope named exactly that address (without case). */
  find(recipient?: string): readonly Mail[];
  clear(): void;
  /** Removes the mails that went to nobody but addresses with this text. Returns how many. */
  remove(mark: string): number;
  /** How many came, and how many of them had to make room. */
  counts(): { readonly received: number; readonly stored: number; readonly dropped: number };
}

export function createMailStore(limits: MailStoreLimits): MailStore {
  let stored: { readonly mail: Mail; readonly bytes: number }[] = [];
  let bytes = 0;
  let received = 0;
  let dropped = 0;
  return {
    add(mail, size) {
      received += 1;
      stored.push({ mail, bytes: size });
      bytes += size;
      // The newest always stays, however big it is: it is the one somebody waits for.
      while (stored.length > 1 && (stored.length > limits.messages || bytes > limits.bytes)) {
        bytes -= stored.shift()?.bytes ?? 0;
        dropped += 1;
      }
    },
    find(recipient) {
      const wanted = recipient?.toLowerCase();
      return stored
        .map((entry) => entry.mail)
        .filter((mail) => wanted === undefined || mail.to.some((to) => to.toLowerCase() === wanted))
        .reverse();
    },
    remove(mark) {
      const before = stored.length;
      stored = stored.filter(({ mail }) => !mail.to.every((to) => to.toLowerCase().includes(mark)));
      bytes = stored.reduce((sum, entry) => sum + entry.bytes, 0);
      return before - stored.length;
    },
    clear() {
      stored = [];
      bytes = 0;
    },
    counts: () => ({ received, stored: stored.length, dropped }),
  };
}
