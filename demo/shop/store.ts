import type { Connections } from './database.ts';
import type { Histogram } from './histogram.ts';

/** What both shops keep, whatever their schemas call it. Ids are decimal strings: they are 64 bit in the database. */

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
}

/** One input of a customer's name: the old shop has one, the new shop two. */
export interface NameField {
  /** Name in the API, the form and the database. */
  readonly name: string;
  readonly label: string;
  readonly autocomplete: string;
}

export type Names = Readonly<Record<string, string>>;

export interface Customer {
  readonly id: string;
  readonly email: string;
  /** The name as it is written in a letter. */
  readonly displayName: string;
  readonly names: Names;
  readonly verified: boolean;
}

export interface NewCustomer {
  readonly email: string;
  readonly names: Names;
  readonly passwordHash: string;
  readonly verificationToken: string;
}

export type OrderStatus = 'pending' | 'paying' | 'paid' | 'refunded' | 'cancelled';

export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPriceCents: number;
}

export interface Payment {
  /** Id of the PaymentIntent at the provider. */
  readonly reference: string;
  readonly status: 'succeeded' | 'refunded';
  readonly amountCents: number;
}

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly totalCents: number;
  readonly lines: readonly OrderLine[];
  readonly payment: Payment | null;
  /** ISO 8601. */
  readonly createdAt: string;
  /** When the provider's own message about the payment arrived; ISO 8601. */
  readonly webhookConfirmedAt: string | null;
}

export type EventEffect = 'applied' | 'duplicate' | 'unknown-order';

/** The database of one shop. Each shop writes its own: their schemas differ, and that is the point of the demo. */
export interface ShopStore {
  readonly nameFields: readonly NameField[];
  /** @throws Error when the database does not answer */
  ping(): Promise<void>;
  products(): Promise<readonly Product[]>;
  product(sku: string): Promise<Product | undefined>;
  /** @throws ShopError 409 `email_taken` */
  createCustomer(customer: NewCustomer): Promise<Customer>;
  customer(id: string): Promise<Customer | undefined>;
  credentials(
    email: string,
  ): Promise<{ readonly customerId: string; readonly passwordHash: string } | undefined>;
  /** Whether the token belonged to a customer. */
  verify(token: string): Promise<boolean>;
  createOrder(customerId: string, lines: readonly OrderLine[], totalCents: number): Promise<Order>;
  order(customerId: string, id: string): Promise<Order | undefined>;
  /** Newest first, at most 100. */
  orders(customerId: string): Promise<readonly Order[]>;
  /** Takes a pending order for one attempt to pay, so that two requests can't charge twice. */
  claimForPayment(customerId: string, orderId: string): Promise<boolean>;
  releaseClaim(orderId: string): Promise<void>;
  recordPayment(
    orderId: string,
    payment: { readonly reference: string; readonly amountCents: number },
  ): Promise<void>;
  recordRefund(orderId: string): Promise<void>;
  /** Marks an order as confirmed by the provider; once per event id. */
  applyPaymentEvent(event: { readonly id: string; readonly orderId: string }): Promise<EventEffect>;
  /** Removes a customer with everything that hangs on it. */
  removeCustomer(email: string): Promise<boolean>;
  /** How long the statements took. */
  readonly queryTimes: Histogram;
  /** @throws Error when the database does not answer */
  connections(): Promise<Connections>;
  close(): Promise<void>;
}
