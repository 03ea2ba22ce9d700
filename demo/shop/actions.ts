import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { confirmationMail, welcomeMail, type ShopMail } from './mailer.ts';
import type { ShopParts } from './parts.ts';
import { hashPassword, passwordMatches } from './passwords.ts';
import type { OrderRequest } from './pricing.ts';
import { ShopError } from './shop-error.ts';
import type { Customer, NameField, Names, Order } from './store.ts';

/** What customers can do; the API and the pages only differ in how they ask and answer. */

const text = z.string().trim().min(1).max(100);

/** The shape of a registration, with the name fields of this shop. */
export function registrationSchema(fields: readonly NameField[]) {
  return z.object({
    email: z.string().trim().toLowerCase().pipe(z.email().max(200)),
    password: z.string().min(8).max(200),
    names: z.object(Object.fromEntries(fields.map((field) => [field.name, text]))),
  });
}

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly names: Names;
}

/** Creates a customer and sends the welcome mail. @throws ShopError 409 */
export async function register(parts: ShopParts, wanted: Registration): Promise<Customer> {
  const verificationToken = randomBytes(16).toString('base64url');
  const customer = await parts.store.createCustomer({
    email: wanted.email,
    names: wanted.names,
    passwordHash: await hashPassword(wanted.password),
    verificationToken,
  });
  await sendMail(parts, welcomeMail(customer, `${parts.publicUrl}/verify?token=${verificationToken}`));
  return customer;
}

/** @returns a bearer token. @throws ShopError 401 */
export async function logIn(parts: ShopParts, email: string, password: string): Promise<string> {
  const found = await parts.store.credentials(email.trim().toLowerCase());
  if (!found || !(await passwordMatches(password, found.passwordHash))) {
    throw new ShopError(401, 'wrong_credentials', 'The address or the password is not right.');
  }
  return parts.sessions.open(found.customerId);
}

/** The customer behind a token. @throws ShopError 401 */
export async function customerOf(parts: ShopParts, token: string | undefined): Promise<Customer> {
  const id = token === undefined ? undefined : await parts.sessions.customerOf(token);
  const customer = id === undefined ? undefined : await parts.store.customer(id);
  if (!customer) throw new ShopError(401, 'not_logged_in', 'Please log in.');
  return customer;
}

/** @throws ShopError 422 */
export async function placeOrder(
  parts: ShopParts,
  customer: Customer,
  wanted: readonly OrderRequest[],
): Promise<Order> {
  const lines = await parts.pricing.lines(wanted);
  if (lines.length === 0) throw new ShopError(422, 'empty_order', 'An order needs at least one product.');
  return parts.store.createOrder(customer.id, lines, parts.pricing.totalCents(lines));
}

/** An order of this customer. @throws ShopError 404 */
export async function orderOf(parts: ShopParts, customer: Customer, id: string): Promise<Order> {
  const order = await parts.store.order(customer.id, id);
  if (!order) throw new ShopError(404, 'no_such_order', 'You have no such order.');
  return order;
}

/** Charges an order and confirms it by mail. @throws ShopError 402 declined, 404, 409 not payable, 502 */
export async function payOrder(
  parts: ShopParts,
  customer: Customer,
  id: string,
  paymentMethod: string,
): Promise<Order> {
  const order = await orderOf(parts, customer, id);
  if (!(await parts.store.claimForPayment(customer.id, order.id))) {
    throw new ShopError(409, 'not_payable', `Order ${order.id} is not open for payment.`);
  }
  await parts.measures.payments.counted(() => charge(parts, order, paymentMethod));
  const paid = await orderOf(parts, customer, order.id);
  await sendMail(parts, confirmationMail(customer, paid));
  return paid;
}

async function charge(parts: ShopParts, order: Order, paymentMethod: string): Promise<void> {
  const charged = await parts.payments
    .charge({
      orderId: order.id,
      amountCents: order.totalCents,
      paymentMethod,
      idempotencyKey: randomUUID(),
    })
    .catch(async (error: unknown) => {
      await parts.store.releaseClaim(order.id);
      throw error;
    });
  await parts.store.recordPayment(order.id, charged);
}

/** Gives the money back. @throws ShopError 404, 409, 502 */
export async function refundOrder(parts: ShopParts, customer: Customer, id: string): Promise<Order> {
  const order = await orderOf(parts, customer, id);
  if (order.status !== 'paid' || !order.payment) {
    throw new ShopError(409, 'not_refundable', `Order ${order.id} is not paid.`);
  }
  await parts.payments.refund(order.payment.reference);
  await parts.store.recordRefund(order.id);
  return orderOf(parts, customer, order.id);
}

/** A mail that can't be sent must not undo what the customer did; it is reported instead. */
async function sendMail(parts: ShopParts, mail: ShopMail): Promise<void> {
  await parts.mailer.send(mail).catch((error: unknown) => parts.log('a mail could not be sent', error));
}
