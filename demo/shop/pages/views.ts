import { formatMoney } from '../money.ts';
import type { NameField, Order, OrderLine, Product } from '../store.ts';
import { html, type Html } from './html.ts';

/** The contents of the pages: pure functions from data to markup. */

export type Typed = Readonly<Record<string, string>>;

export function homeView(version: string): Html {
  return html`<p>Welcome. This shop runs version ${version}.</p>`;
}

export function registerView(fields: readonly NameField[], typed: Typed): Html {
  return html`<form method="post" action="/register">
    ${fields.map((field) => input(field.name, field.label, 'text', field.autocomplete, typed))}
    ${input('email', 'Email', 'email', 'email', typed)}
    ${input('password', 'Password (at least 8 characters)', 'password', 'new-password', {})}
    <button type="submit">Register</button>
  </form>`;
}

export function loginView(typed: Typed): Html {
  return html`<form method="post" action="/login">
    ${input('email', 'Email', 'email', 'email', typed)}
    ${input('password', 'Password', 'password', 'current-password', {})}
    <button type="submit">Log in</button>
  </form>`;
}

export function orderFormView(products: readonly Product[]): Html {
  return html`<form method="post" action="/order">
    ${products.map(
      (product) =>
        html`<label for="${product.sku}">${product.name} (${formatMoney(product.priceCents)})</label>
          <input id="${product.sku}" name="${product.sku}" type="number" min="0" max="99" value="0" />`,
    )}
    <p><button type="submit">Put into cart</button></p>
  </form>`;
}

export function cartView(lines: readonly OrderLine[], totalCents: number): Html {
  if (lines.length === 0) return html`<p>Your cart is empty. <a href="/order">Choose products</a></p>`;
  return html`${linesView(lines)}
    <p>Total: <strong>${formatMoney(totalCents)}</strong></p>
    <form method="post" action="/cart"><button type="submit">Place order</button></form>`;
}

/** The provider's documented test payment methods. */
const PAYMENT_METHODS: readonly (readonly [id: string, label: string])[] = [
  ['pm_card_visa', 'Test card: Visa'],
  ['pm_card_mastercard', 'Test card: Mastercard'],
  ['pm_card_visa_chargeDeclined', 'Test card that is declined'],
];

export function payView(order: Order): Html {
  return html`<p>Order ${order.id}, total <strong>${formatMoney(order.totalCents)}</strong></p>
    <form method="post" action="/orders/${order.id}/pay">
      <label for="payment_method">Payment method</label>
      <select id="payment_method" name="payment_method">
        ${PAYMENT_METHODS.map(([id, label]) => html`<option value="${id}">${label}</option>`)}
      </select>
      <p><button type="submit">Pay now</button></p>
    </form>`;
}

export function confirmationView(order: Order): Html {
  return html`<p>Order number: <strong data-testid="order-number">${order.id}</strong></p>
    <p>Total: <strong data-testid="order-total">${formatMoney(order.totalCents)}</strong></p>
    <p>Status: <strong data-testid="order-status">${order.status}</strong></p>
    ${linesView(order.lines)}`;
}

export function dashboardView(customerName: string, orders: readonly Order[]): Html {
  const rows = orders.map(
    (order) =>
      html`<tr>
        <td><a href="/orders/${order.id}/confirmation">${order.id}</a></td>
        <td>${order.createdAt.slice(0, 10)}</td>
        <td>${order.status}</td>
        <td>${formatMoney(order.totalCents)}</td>
      </tr>`,
  );
  return html`<p>Logged in as ${customerName}.</p>
    <table>
      <caption>
        My orders
      </caption>
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Date</th>
          <th scope="col">Status</th>
          <th scope="col">Total</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    <form method="post" action="/logout"><button type="submit">Log out</button></form>`;
}

function linesView(lines: readonly OrderLine[]): Html {
  return html`<ul>
    ${lines.map((line) => html`<li>${line.quantity} x ${line.name}, ${formatMoney(line.unitPriceCents)} each</li>`)}
  </ul>`;
}

function input(name: string, label: string, type: string, autocomplete: string, typed: Typed): Html {
  return html`<label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      value="${typed[name] ?? ''}"
      required
    />`;
}
