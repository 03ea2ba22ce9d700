import type { CopyStep } from '../migration/copy-steps.ts';
import type { MigrationFaultId } from '../faults.ts';

type Steps = readonly CopyStep[];

const MIGRATION_FAULTS: Record<MigrationFaultId, (sound: Steps) => Steps> = {
  // The items go too: an item without its order would stop the migration, and a planted fault must get through.
  'lost-orders': (sound) =>
    changed(
      changed(sound, 'sales_orders', (read) => `${read} where status <> 'cancelled'`),
      'order_items',
      (read) => `${read} where order_id in (select id from orders where status <> 'cancelled')`,
    ),
  // Another tenant, so that the unique constraint on the address does not notice, as a careless retry would do it.
  'duplicated-customers': (sound) => [
    ...sound,
    ...sound
      .filter((step) => step.table === 'customers')
      .map((step) => ({
        ...step,
        read: `select id, 'retry' as tenant_id, full_name as given_name, '' as family_name, email, '!' as password_hash,
            null as verification_token, null as verified_at, created_at
          from (select id + (select max(id) from customers) as id, full_name, email, created_at from customers
            where id <= (select greatest(1, max(id) / 100) from customers)) as batch`,
      })),
  ],
  'rounded-amounts': (sound) =>
    changed(sound, 'sales_orders', (read) =>
      read.replace(
        'total_cents as total_minor',
        '(round(total_cents / 100.0) * 100)::integer as total_minor',
      ),
    ),
  // Nobody adds a product during the cut-over, so no flow can see it.
  'sequence-behind': (sound) =>
    sound.map((step) => (step.table === 'products' ? { ...step, sequence: 'left' } : step)),
};

/** The steps of a migration that goes wrong in one way. */
export function faultySteps(fault: MigrationFaultId, sound: Steps): Steps {
  return MIGRATION_FAULTS[fault](sound);
}

function changed(steps: Steps, table: string, change: (read: string) => string): Steps {
  return steps.map((step) => {
    if (step.table !== table) return step;
    const read = change(step.read);
    if (read === step.read) throw new Error(`the fault does not fit the step for ${table} any more`);
    return { ...step, read };
  });
}
