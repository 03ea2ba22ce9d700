import type { Catalogue } from './catalogue.ts';
import { ShopError } from './shop-error.ts';
import type { OrderLine } from './store.ts';

/** What a customer asks for. */
export interface OrderRequest {
  readonly sku: string;
  readonly quantity: number;
}

/** Prices an order. */
export interface Pricing {
  /** @throws ShopError 422 `unknown_product` */
  lines(wanted: readonly OrderRequest[]): Promise<readonly OrderLine[]>;
  totalCents(lines: readonly OrderLine[]): number;
}

/** Prices from the catalogue as it is now; the order keeps the price that it was placed at. */
export function createPricing(catalogue: Catalogue): Pricing {
  return {
    lines: async (wanted) => {
      const quantities = new Map<string, number>();
      for (const item of wanted) quantities.set(item.sku, (quantities.get(item.sku) ?? 0) + item.quantity);
      return Promise.all(
        [...quantities].map(async ([sku, quantity]) => {
          const product = await catalogue.find(sku);
          if (!product) throw new ShopError(422, 'unknown_product', `There is no product ${sku}.`);
          return { sku, name: product.name, quantity, unitPriceCents: product.priceCents };
        }),
      );
    },
    totalCents: (lines) => lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
  };
}
