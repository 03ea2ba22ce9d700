import { z } from 'zod';

/** What can be made to go wrong on the provider's side, for tests. Everything off by default. */
export const Faults = z.strictObject({
  /** Never attempt a delivery: the events stay pending. */
  dropDeliveries: z.boolean(),
  /** Wait before each first attempt. */
  delayDeliveriesMs: z.number().int().min(0).max(60_000),
  /** Deliver every event this many times more. */
  duplicateDeliveries: z.number().int().min(0).max(5),
  /** Sign with a secret that nobody has. */
  badSignature: z.boolean(),
  /** Date the signature this far back; the usual tolerance is 300. */
  staleSignatureSeconds: z.number().int().min(0).max(86_400),
  /** Hold back deliveries until this many are waiting, then send them newest first. */
  reverseDeliveriesOf: z.number().int().min(0).max(50),
  /** Answer the API's next requests with 500, without doing what they ask. */
  failRequests: z.number().int().min(0),
  /** Wait before each answer of the API. */
  delayRequestsMs: z.number().int().min(0).max(60_000),
});
export type Faults = z.infer<typeof Faults>;

export function noFaults(): Faults {
  return {
    dropDeliveries: false,
    delayDeliveriesMs: 0,
    duplicateDeliveries: 0,
    badSignature: false,
    staleSignatureSeconds: 0,
    reverseDeliveriesOf: 0,
    failRequests: 0,
    delayRequestsMs: 0,
  };
}
