/** Finds the provider's deliveries of the events that concern one object. */
export interface DeliveryQuery {
  /** Event type, for example `payment_intent.succeeded`. */
  readonly type: string;
  /** Id of the object inside the event. */
  readonly objectId: string;
}

/** One event and how its delivery stands at the provider. */
export interface WebhookDelivery {
  readonly eventId: string;
  readonly type: string;
  /** Endpoints that have not yet answered 2xx. */
  readonly pending: number;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** How a forged, stale or valid delivery is signed. */
export interface WebhookSigner {
  /**
   * @param payload the exact body
   * @param secret the signing secret of the endpoint
   * @param timestamp seconds since 1970
   * @returns the headers to send
   */
  sign(payload: string, secret: string, timestamp: number): Promise<Readonly<Record<string, string>>>;
}
