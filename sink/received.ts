/** A webhook as it was received. */
export interface StoredWebhook {
  readonly id: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed. */
  readonly text: string;
  /** ISO 8601. */
  readonly receivedAt: string;
}

/** What is told of each message when it arrives. Without its content, which may hold what signs somebody in. */
export type Arrival =
  | {
      readonly what: 'mail';
      readonly at: string;
      readonly from: string;
      readonly to: readonly string[];
      readonly subject: string;
      readonly bytes: number;
    }
  | {
      readonly what: 'webhook';
      readonly at: string;
      readonly method: string;
      readonly path: string;
      readonly bytes: number;
    }
  | {
      readonly what: 'refused';
      readonly at: string;
      readonly kind: 'mail' | 'webhook';
      readonly reason: string;
    };
