import { createTransport } from 'nodemailer';
import { formatMoney } from './money.ts';
import type { Customer, Order } from './store.ts';

export interface ShopMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends mail. */
export interface Mailer {
  send(mail: ShopMail): Promise<void>;
  /** @throws Error when the mail server does not answer */
  ping(): Promise<void>;
  close(): void;
}

/** Sends mail through an SMTP server, over pooled connections. */
export function createMailer(smtp: { readonly host: string; readonly port: number }, from: string): Mailer {
  const transport = createTransport({
    ...smtp,
    secure: false,
    ignoreTLS: true,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 3000,
    greetingTimeout: 3000,
    socketTimeout: 10_000,
  });
  return {
    send: async (mail) => {
      await transport.sendMail({ from, ...mail });
    },
    ping: async () => {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}

/** The mail that greets a new customer and proves that the address is theirs. */
export function welcomeMail(customer: Customer, verificationLink: string): ShopMail {
  return {
    to: customer.email,
    subject: 'Welcome! Please confirm your address',
    text: [
      `Dear ${customer.displayName},`,
      '',
      'thank you for registering. Please confirm your address:',
      verificationLink,
      '',
    ].join('\n'),
  };
}

/** The mail that confirms a paid order: number, lines, exact total. */
export function confirmationMail(customer: Customer, order: Order): ShopMail {
  return {
    to: customer.email,
    subject: `Order ${order.id} is confirmed`,
    text: [
      `Dear ${customer.displayName},`,
      '',
      `we received your payment for order ${order.id}.`,
      ...order.lines.map(
        (line) => `${line.quantity} x ${line.name}: ${formatMoney(line.quantity * line.unitPriceCents)}`,
      ),
      `Total: ${formatMoney(order.totalCents)}`,
      '',
    ].join('\n'),
  };
}
