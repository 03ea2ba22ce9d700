/** Finds what the target sent to a receiver of webhooks. Never "the latest": always by a text that only this one has. */
export interface WebhookSinkQuery {
  /** At least 4 characters of its body or its address, such as an identity made by `ctx.unique()` or the id of an order. */
  readonly contains: string;
  /** The path that it was sent to, without its query; default: any. */
  readonly path?: string;
}

/** One webhook as it was received. */
export interface ReceivedWebhook {
  readonly id: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  /** Lower-case names; signatures are among them, and nobody has checked them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent, once it is decompressed. */
  readonly text: string;
  /** The body where it is JSON, else null. Integers beyond 2^53 are `bigint`. */
  readonly json: unknown;
  /** ISO 8601. */
  readonly receivedAt: string;
}
