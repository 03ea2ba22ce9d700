import { expect } from 'vitest';
import { registerCustomer, type ShopCustomer } from '../../../demo/shop-client.ts';

let visitors = 0;

/** A fresh synthetic customer of the new shop. */
export function newCustomer(shopUrl: string): Promise<ShopCustomer> {
  visitors += 1;
  return registerCustomer(shopUrl, {
    email: `gl-test-${visitors}@example.test`,
    password: 'a long password',
    names: { given_name: 'Test', family_name: `Visitor ${visitors}` },
  });
}

/** Sends a request and reads whatever comes back; redirects are answers. */
export async function send(
  url: string,
  options: {
    readonly method?: string;
    readonly token?: string;
    readonly json?: unknown;
    readonly form?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly text?: string;
  } = {},
): Promise<{
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly headers: Headers;
}> {
  const { token, json, form } = options;
  const body = json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form) : options.text;
  const response = await fetch(url, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    body: isJson && text !== '' ? (JSON.parse(text) as unknown) : null,
    text,
    headers: response.headers,
  };
}

/** Logs in over the API. */
export async function tokenOf(shopUrl: string, email: string, password: string): Promise<string> {
  const answer = await send(`${shopUrl}/api/sessions`, { json: { email, password } });
  expect(answer.status).toBe(201);
  return (answer.body as { token: string }).token;
}

/** A browser without a screen: follows redirects, keeps the cookie, sends forms. */
export function pageVisitor(shopUrl: string) {
  let cookie = '';
  const visit = async (
    path: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ path: string; text: string; status: number }> => {
    const answer = await send(shopUrl + path, {
      headers: { cookie, ...(form ? { origin: shopUrl } : {}) },
      ...(form ? { form } : {}),
    });
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const location = answer.headers.get('location');
    return location === null ? { path, text: answer.text, status: answer.status } : visit(location);
  };
  return { visit, cookie: () => cookie };
}
