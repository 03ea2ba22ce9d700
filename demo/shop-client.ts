import { z } from 'zod';

const Order = z.object({
  id: z.string(),
  status: z.string(),
  total_cents: z.number().int(),
  webhook_confirmed_at: z.string().nullable(),
});

/** One customer of a shop, over HTTP, as any visitor would be. */
export interface ShopCustomer {
  readonly email: string;
  readonly password: string;
  order(items: readonly { readonly sku: string; readonly quantity: number }[]): Promise<string>;
  /** @returns whether the card was charged; false when it was declined */
  pay(orderId: string, paymentMethod: string): Promise<boolean>;
  refund(orderId: string): Promise<void>;
  find(orderId: string): Promise<z.infer<typeof Order>>;
}

interface Visitor {
  readonly email: string;
  readonly password: string;
  /** The name fields as this shop wants them. */
  readonly names: Readonly<Record<string, string>>;
}

/** Registers a customer and logs it in. @throws Error when the shop does not do as it should */
export async function registerCustomer(
  shopUrl: string,
  visitor: Visitor,
  signal?: AbortSignal,
): Promise<ShopCustomer> {
  const { email, password, names } = visitor;
  await ask(shopUrl, { path: '/api/customers', json: { email, password, ...names }, status: [201], signal });
  const session = await ask(shopUrl, {
    path: '/api/sessions',
    json: { email, password },
    status: [201],
    signal,
  });
  const { token } = z.object({ token: z.string() }).parse(session.body);
  const asMe = (path: string, json?: unknown, status = [200]): ReturnType<typeof ask> =>
    ask(shopUrl, { path, json, status, token, signal });
  return {
    email,
    password,
    order: async (items) => Order.parse((await asMe('/api/orders', { items }, [201])).body).id,
    pay: async (orderId, payment_method) =>
      (await asMe(`/api/orders/${orderId}/pay`, { payment_method }, [200, 402])).status === 200,
    refund: async (orderId) => {
      await asMe(`/api/orders/${orderId}/refund`, {});
    },
    find: async (orderId) => Order.parse((await asMe(`/api/orders/${orderId}`)).body),
  };
}

interface Question {
  readonly path: string;
  readonly json?: unknown;
  readonly method?: string;
  readonly status: readonly number[];
  readonly token?: string;
  readonly signal?: AbortSignal | undefined;
}

const WITHIN_MS = 15_000;

/** Sends one request to a shop. @throws Error when the status is another */
export async function ask(
  shopUrl: string,
  question: Question,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const timeout = AbortSignal.timeout(WITHIN_MS);
  const method = question.method ?? (question.json === undefined ? 'GET' : 'POST');
  const response = await fetch(shopUrl + question.path, {
    method,
    headers: {
      ...(question.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(question.token === undefined ? {} : { authorization: `Bearer ${question.token}` }),
    },
    ...(question.json === undefined ? {} : { body: JSON.stringify(question.json) }),
    signal: question.signal ? AbortSignal.any([question.signal, timeout]) : timeout,
  });
  const text = await response.text();
  if (!question.status.includes(response.status)) {
    throw new Error(`${method} ${question.path} answered ${response.status}: ${text.slice(0, 300)}`);
  }
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}
