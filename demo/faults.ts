import type { FaultId, MigrationFaultId } from './faults/fault-ids.ts';

/** A fault that the demo can plant, and the check that must be named first for it. */
export interface DemoFault {
  readonly id: FaultId;
  readonly title: string;
  /** Id of the check in demo/greenlight.config.ts. */
  readonly check: string;
}

const FAULTS: Record<FaultId, { readonly title: string; readonly check: string }> = {
  'lost-orders': {
    title: 'the migration forgets cancelled orders',
    check: 'orders-preserved',
  },
  'duplicated-customers': {
    title: 'the migration writes a batch of customers twice, under a second tenant',
    check: 'customers-preserved',
  },
  'rounded-amounts': {
    title: 'the migration rounds order totals to whole euros',
    check: 'orders-preserved',
  },
  'sequence-behind': {
    title: 'the migration forgets to move the ids of products on: the next new product fails',
    check: 'sequences-are-ahead',
  },
  'registration-500': {
    title: 'registration answers 500',
    check: 'visitor-can-register',
  },
  'registration-mail-missing': {
    title: 'the welcome mail is never sent',
    check: 'registration-mail-arrives',
  },
  'order-total-off-by-a-cent': {
    title: 'order totals are one cent too high',
    check: 'order-total-is-exact',
  },
  'payment-without-charge': {
    title: 'orders become paid, but the provider never charged anything',
    check: 'payment-agrees-everywhere',
  },
  'webhook-unsigned': {
    title: 'the webhook receiver does not check signatures',
    check: 'forged-webhooks-refused',
  },
  'webhook-ignored': {
    title: 'the webhook receiver accepts deliveries and does nothing',
    check: 'payment-webhook-takes-effect',
  },
  'health-lies': {
    title: 'the health document says ok while the shop cannot reach its database',
    check: 'health-is-truthful',
  },
  'slow-p95': {
    title: 'one catalogue read in ten takes 900 ms',
    check: 'catalogue-holds-under-load',
  },
  'failing-requests': {
    title: '3 % of the catalogue reads fail',
    check: 'catalogue-holds-under-load',
  },
};

/** Every fault, in the order in which `--list-faults` shows them. */
export const DEMO_FAULTS: readonly DemoFault[] = Object.entries(FAULTS).map(([id, fault]) => ({
  id: id as FaultId,
  ...fault,
}));

/** @returns undefined for an id that is no fault */
export function findFault(id: string): DemoFault | undefined {
  return DEMO_FAULTS.find((fault) => fault.id === id);
}

const IN_MIGRATION: ReadonlySet<string> = new Set<MigrationFaultId>([
  'lost-orders',
  'duplicated-customers',
  'rounded-amounts',
  'sequence-behind',
]);

/** Whether a fault is in the data rather than in the shop. */
export function isMigrationFault(id: FaultId): id is MigrationFaultId {
  return IN_MIGRATION.has(id);
}
