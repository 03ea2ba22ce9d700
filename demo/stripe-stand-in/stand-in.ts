import type { Bank } from './bank.ts';
import type { Deliveries } from './deliveries.ts';
import type { Faults } from './faults.ts';
import type { Idempotency } from './idempotency.ts';

/** Everything that a request may touch. */
export interface StandIn {
  readonly secretKey: string;
  readonly bank: Bank;
  readonly deliveries: Deliveries;
  readonly faults: Faults;
  readonly idempotency: Idempotency;
}
