import type { PlanInput } from '../../contract/index.ts';

const MAPPED = 'renamed, as the mapping of the tables says: there, every row is compared';
const BY_TENANT = 'the new shop keeps the same within each tenant';

/** Everything but rows must be as it was, except what the new shop was built to have otherwise. */
export const state: NonNullable<PlanInput['data']>['state'] = {
  except: [
    {
      check: 'columns-are-kept',
      objects: ['public.orders', 'public.customers.full_name', '*.price_cents', '*.amount_cents'],
      because: MAPPED,
    },
    {
      check: 'constraints-are-kept',
      objects: ['public.orders: *', '* REFERENCES public.orders(id)*', '*: CHECK ((price_cents >= 0))'],
      because: MAPPED,
    },
    { check: 'constraints-are-kept', objects: ['*: UNIQUE (*)'], because: BY_TENANT },
    { check: 'indexes-are-kept', objects: ['public.orders *'], because: MAPPED },
    { check: 'indexes-are-kept', objects: ['* unique btree (*)'], because: BY_TENANT },
    {
      check: 'writes-are-not-refused',
      objects: [
        'public.customers.*_name',
        '*.unit_price_minor',
        '*.amount_minor',
        '*.price_minor',
        '*: CHECK ((price_minor >= 0))',
      ],
      because: MAPPED,
    },
    { check: 'writes-are-not-refused', objects: ['*: UNIQUE (tenant_id, *)'], because: BY_TENANT },
    {
      check: 'tables-are-fresh',
      objects: ['public.webhook_events.received_at'],
      because: 'each shop keeps its own journal of deliveries: it is not carried over',
    },
  ],
  // Whoever looks at a demo waits for it.
  watchSeconds: 2,
};
