import type { Route } from '../system/application.ts';
import { accounts, collection, document, health, page } from '../system/routes.ts';
import type { Store } from '../system/store.ts';

/** Of the accounts that the plan knows. */
export const PASSWORDS = { smoke: 'stand-in-smoke-password', admin: 'stand-in-admin-password' } as const;

/** What ILS answers: pages, log-in, patients, orders, reports, administration. */
export function ilsRoutes(store: Store): readonly Route[] {
  const { routes, user, admin } = accounts([
    { email: 'smoke@ils.example.com', password: PASSWORDS.smoke, role: 'user' },
    { email: 'admin@ils.example.com', password: PASSWORDS.admin, role: 'admin' },
  ]);
  return [
    health('/health'),
    page('/', 'ILS 2.0'),
    page('/login', 'Log in'),
    page('/dashboard', 'Dashboard', user),
    {
      method: 'GET',
      path: '/assets/app.js',
      answer: () => ({
        status: 200,
        text: 'export {};',
        headers: { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=604800, immutable' },
      }),
    },
    document('/api/catalogue', {
      tests: [
        { code: 'CBC', price: 1900 },
        { code: 'HBA1C', price: 2400 },
      ],
    }),
    document('/api/openapi.json', { openapi: '3.1.0', paths: { '/api/patients': {}, '/api/orders': {} } }),
    document('/api/search', { results: [] }),
    document('/api/flags', { newReports: true, legacyImport: false }),
    ...routes,
    ...collection({
      path: '/api/patients',
      kind: 'patients',
      by: 'mrn',
      store,
      guard: user,
      accept: ({ mrn, name }) =>
        typeof mrn === 'string' && typeof name === 'string' ? { mrn, name } : undefined,
    }),
    ...collection({
      path: '/api/orders',
      kind: 'orders',
      by: 'reference',
      store,
      guard: user,
      accept: ({ reference, patient_mrn, status }) =>
        typeof reference === 'string' && typeof patient_mrn === 'string' && typeof status === 'string'
          ? { reference, patient_mrn, status }
          : undefined,
    }),
    {
      method: 'GET',
      path: '/api/reports/orders',
      answer: async (asked) => user(asked) ?? { status: 200, json: { orders: await store.all('orders') } },
    },
    {
      method: 'GET',
      path: '/api/admin/users',
      answer: async (asked) => admin(asked) ?? { status: 200, json: { users: await store.all('users') } },
    },
  ];
}
