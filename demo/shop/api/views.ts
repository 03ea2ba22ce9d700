import { CURRENCY } from '../money.ts';
import type { Customer, Order, Product } from '../store.ts';

/** How the API shows things: snake_case, amounts in cents. */

export function productView(product: Product) {
  return { sku: product.sku, name: product.name, price_cents: product.priceCents, currency: CURRENCY };
}

export function customerView(customer: Customer) {
  return { id: customer.id, email: customer.email, ...customer.names, verified: customer.verified };
}

export function orderView(order: Order) {
  return {
    id: order.id,
    status: order.status,
    total_cents: order.totalCents,
    currency: CURRENCY,
    items: order.lines.map((line) => ({
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      unit_price_cents: line.unitPriceCents,
    })),
    payment: order.payment && {
      reference: order.payment.reference,
      status: order.payment.status,
      amount_cents: order.payment.amountCents,
    },
    created_at: order.createdAt,
    webhook_confirmed_at: order.webhookConfirmedAt,
  };
}
