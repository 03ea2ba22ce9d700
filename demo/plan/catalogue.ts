import { z } from 'zod';
import { flow } from '../../contract/index.ts';

/** Not a check of its own: what the load profiles send. */
export const browseCatalogue = flow('browse-catalogue', {
  title: 'A visitor browses the catalogue',
  check: false,
})
  .request('list', {
    request: () => ({ method: 'GET', path: '/api/products' }),
    response: z.object({ products: z.array(z.object({ sku: z.string() })).min(1) }),
    capture: ({ body }) => ({ sku: body.products[0]?.sku ?? '' }),
  })
  .request('detail', {
    request: ({ captured }) => ({ method: 'GET', path: `/api/products/${captured.sku}` }),
    response: z.object({ sku: z.string(), price_cents: z.number().int().positive() }),
  });
