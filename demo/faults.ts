/** A fault that the demo can plant, and the check that must be named first for it. */
export interface DemoFault {
  readonly id: FaultId;
  readonly title: string;
  /** Id of the check in demo/greenlight.config.ts. */
  readonly check: string;
}

interface FaultEntry {
  /** Whether the new shop is at fault, or its data. */
  readonly in: 'migration' | 'shop';
  readonly title: string;
  readonly check: string;
}

const FAULTS = {
  'lost-orders': {
    in: 'migration',
    title: 'the migration forgets cancelled orders',
    check: 'orders-preserved',
  },
  'duplicated-customers': {
    in: 'migration',
    title: 'the migration writes a batch of customers twice, under a second tenant',
    check: 'customers-preserved',
  },
  'rounded-amounts': {
    in: 'migration',
    title: 'the migration rounds order totals to whole euros',
    check: 'orders-preserved',
  },
  'sequence-behind': {
    in: 'migration',
    title: 'the migration forgets to move the ids of products on: the next new product fails',
    check: 'sequences-are-ahead',
  },
  'registration-500': {
    in: 'shop',
    title: 'registration answers 500',
    check: 'visitor-can-register',
  },
  'registration-mail-missing': {
    in: 'shop',
    title: 'the welcome mail is never sent',
    check: 'registration-mail-arrives',
  },
  'order-total-off-by-a-cent': {
    in: 'shop',
    title: 'order totals are one cent too high',
    check: 'order-total-is-exact',
  },
  'payment-without-charge': {
    in: 'shop',
    title: 'orders become paid, but the provider never charged anything',
    check: 'payment-agrees-everywhere',
  },
  'webhook-unsigned': {
    in: 'shop',
    title: 'the webhook receiver does not check signatures',
    check: 'forged-webhooks-refused',
  },
  'webhook-ignored': {
    in: 'shop',
    title: 'the webhook receiver accepts deliveries and does nothing',
    check: 'payment-webhook-takes-effect',
  },
  'health-lies': {
    in: 'shop',
    title: 'the health document says ok while the shop cannot reach its database',
    check: 'health-is-truthful',
  },
  'slow-p95': {
    in: 'shop',
    title: 'one catalogue read in ten takes 900 ms',
    check: 'catalogue-holds-under-load',
  },
  'failing-requests': {
    in: 'shop',
    title: '3 % of the catalogue reads fail',
    check: 'catalogue-holds-under-load',
  },
} as const satisfies Record<string, FaultEntry>;

export type FaultId = keyof typeof FAULTS;

type IdsIn<W extends FaultEntry['in']> = {
  [Id in FaultId]: (typeof FAULTS)[Id]['in'] extends W ? Id : never;
}[FaultId];

/** Faults of the migration: the new shop is sound, its data is not. */
export type MigrationFaultId = IdsIn<'migration'>;

/** Faults of the new shop itself. */
export type ShopFaultId = IdsIn<'shop'>;

/** Every fault, in the order in which `--list-faults` shows them. */
export const DEMO_FAULTS: readonly DemoFault[] = Object.entries(FAULTS).map(([id, fault]) => ({
  id: id as FaultId,
  title: fault.title,
  check: fault.check,
}));

/** @returns undefined for an id that is no fault */
export function findFault(id: string): DemoFault | undefined {
  return DEMO_FAULTS.find((fault) => fault.id === id);
}

/** Whether a fault is in the data rather than in the shop. */
export function isMigrationFault(id: FaultId): id is MigrationFaultId {
  return FAULTS[id].in === 'migration';
}
