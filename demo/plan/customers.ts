import { z } from 'zod';
import { equal, flow, holds } from '../../contract/index.ts';
import { EVERY_FIVE_MINUTES } from './environment.ts';
import { bearer } from './wire.ts';

export const visitor = flow('visitor', { title: 'A visitor', check: false }).given((ctx) => ({
  email: `${ctx.unique()}@example.test`,
  password: `pw-${ctx.unique()}`,
}));

const registered = visitor.request('register', {
  title: 'register through the API',
  creates: ({ captured }) => ({ kind: 'customer', identity: captured.email }),
  request: ({ captured }) => ({
    method: 'POST',
    path: '/api/customers',
    json: {
      email: captured.email,
      password: captured.password,
      given_name: 'Green',
      family_name: "O'Light",
    },
  }),
  status: 201,
  response: z.object({ id: z.string(), email: z.string(), verified: z.literal(false) }),
  expect: ({ body, captured }) => [equal('address', body.email, captured.email)],
  capture: ({ body }) => ({ customerId: body.id }),
});

export const loggedIn = registered.request('log-in', {
  request: ({ captured }) => ({
    method: 'POST',
    path: '/api/sessions',
    json: { email: captured.email, password: captured.password },
  }),
  status: 201,
  response: z.object({ token: z.string().min(20) }),
  capture: ({ body }) => ({ token: body.token }),
});

export const visitorCanRegister = registered
  .as('visitor-can-register', {
    title: 'A visitor can register',
    area: 'registration',
    phases: EVERY_FIVE_MINUTES,
  })
  .observe('customer-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'customers', where: { email: captured.email } }),
    expect: ({ body, captured }) => [
      equal('rows with this address', body.rows.length, 1),
      equal('id of the row', String(body.rows[0]?.['id']), captured.customerId),
      equal('tenant', body.rows[0]?.['tenant_id'], 'main'),
      equal('given name', body.rows[0]?.['given_name'], 'Green'),
      equal('family name', body.rows[0]?.['family_name'], "O'Light"),
      holds(
        'password is stored as a hash',
        String(body.rows[0]?.['password_hash']).startsWith('scrypt$'),
        'the stored value',
        'scrypt$...',
      ),
    ],
  });

export const registrationMailArrives = registered
  .as('registration-mail-arrives', {
    title: 'The welcome mail arrives and its link confirms the address',
    area: 'registration',
    phases: EVERY_FIVE_MINUTES,
  })
  .observe('welcome-mail', {
    port: 'mailbox',
    query: ({ captured }) => ({ to: captured.email, subject: 'Welcome' }),
    expect: ({ body }) => [
      equal('links in the mail', body.links.length, 1),
      holds(
        'link',
        /\/verify\?token=[\w-]+$/.test(body.links[0] ?? ''),
        body.links[0],
        '.../verify?token=...',
      ),
    ],
    // Steps take paths: the address of the shop is the target's, whatever the mail says.
    capture: ({ body }) => ({ verifyPath: (body.links[0] ?? '').replace(/^https?:\/\/[^/]+/, '') }),
  })
  .request('follow-link', {
    request: ({ captured }) => ({ method: 'GET', path: captured.verifyPath }),
  })
  .observe('address-confirmed', {
    port: 'records',
    query: ({ captured }) => ({ from: 'customers', where: { email: captured.email } }),
    expect: ({ body }) => [
      holds(
        'confirmed',
        (body.rows[0]?.['verified_at'] ?? null) !== null,
        body.rows[0]?.['verified_at'],
        'a time',
      ),
    ],
  });

/** Removes a synthetic customer with its orders; one that is gone already counts as removed. */
export const removeCustomer = (email: string) =>
  flow('remove-customer', { title: 'Remove a synthetic customer', check: false }).request('remove', {
    request: (ctx) => ({
      method: 'DELETE',
      path: `/internal/test-data/customers/${encodeURIComponent(email)}`,
      headers: bearer(ctx.secret('DEMO_CLEANUP_TOKEN')),
    }),
    status: [204, 404],
  });
