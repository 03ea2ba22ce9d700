/** Faults of the migration: the new shop is sound, its data is not. */
export type MigrationFaultId = 'lost-orders' | 'duplicated-customers' | 'rounded-amounts' | 'sequence-behind';

/** Faults of the new shop itself. */
export type ShopFaultId =
  | 'registration-500'
  | 'registration-mail-missing'
  | 'order-total-off-by-a-cent'
  | 'payment-without-charge'
  | 'webhook-unsigned'
  | 'webhook-ignored'
  | 'health-lies'
  | 'slow-p95'
  | 'failing-requests';

export type FaultId = MigrationFaultId | ShopFaultId;
