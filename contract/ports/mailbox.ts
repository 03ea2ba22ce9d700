/** Finds the newest mail that matches all given fields. Never "the latest mail": always by recipient. */
export interface MailQuery {
  /** The full recipient address; unique by run and attempt. */
  readonly to: string;
  /** Part of the subject, compared without case. */
  readonly subject?: string;
}

export interface Mail {
  /** As the mailbox calls it. */
  readonly id: string;
  /** Address of the sender. */
  readonly from: string;
  /** Addresses of all recipients. */
  readonly to: readonly string[];
  /** Decoded. */
  readonly subject: string;
  /** The plain part; empty without one. */
  readonly text: string;
  /** The HTML part; empty without one. */
  readonly html: string;
  /** Absolute links of the HTML part (or the text part without HTML), in order. */
  readonly links: readonly string[];
  /** Lower-case header names. */
  readonly headers: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly receivedAt: string;
}
