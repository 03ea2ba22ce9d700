/** What a clinic does all day: log in, see the dashboard, create a patient and an order, read a report. */
import { z } from 'zod';
import { equal, flow, holds, type Phase } from '../../../contract/index.ts';
import { env } from './environment.mts';

const ALWAYS: readonly Phase[] = ['preflight', 'post-cutover', 'watch', 'rollback', 'synthetic'];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const loggedIn = flow('logged-in', { title: 'A user is logged in', check: false }).request('log-in', {
  title: 'A user can log in',
  check: 'login-works',
  request: (ctx) => ({
    method: 'POST',
    path: '/api/sessions',
    json: {
      email: env('ILS_SMOKE_USER', 'smoke@ils.example.com'),
      password: ctx.secret('ILS_SMOKE_PASSWORD'),
    },
  }),
  status: 201,
  response: z.object({ token: z.string().min(20), role: z.literal('user') }),
  capture: ({ body }) => ({ token: body.token }),
});

export const clinicDay = loggedIn
  .as('clinic-day-works', {
    title: 'A user logs in, creates a patient and an order, and sees it in the reports',
    area: 'clinic',
    phases: ALWAYS,
    owner: 'backend',
  })
  .given((ctx) => ({ mrn: `gl-${ctx.unique()}`, reference: `gl-${ctx.unique()}` }))
  .request('dashboard', {
    title: 'The dashboard renders',
    check: 'dashboard-renders',
    request: ({ captured }) => ({ method: 'GET', path: '/dashboard', headers: bearer(captured.token) }),
    response: z.string(),
    expect: ({ body }) => [
      holds('heading', body.includes('<h1>Dashboard</h1>'), 'the page', '<h1>Dashboard</h1>'),
    ],
  })
  .request('create-patient', {
    title: 'A patient can be created',
    check: 'patient-can-be-created',
    creates: ({ captured }) => ({ kind: 'patient', identity: captured.mrn }),
    request: ({ captured }) => ({
      method: 'POST',
      path: '/api/patients',
      headers: bearer(captured.token),
      json: { mrn: captured.mrn, name: 'Green Light' },
    }),
    status: 201,
    response: z.object({ mrn: z.string(), name: z.string() }),
    expect: ({ body, captured }) => [equal('number of the patient', body.mrn, captured.mrn)],
  })
  .observe('patient-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'patients', where: { mrn: captured.mrn } }),
    expect: ({ body }) => [equal('rows of the patient', body.rows.length, 1)],
  })
  .request('create-order', {
    title: 'An order can be created',
    check: 'order-can-be-created',
    creates: ({ captured }) => ({ kind: 'order', identity: captured.reference }),
    request: ({ captured }) => ({
      method: 'POST',
      path: '/api/orders',
      headers: bearer(captured.token),
      json: { reference: captured.reference, patient_mrn: captured.mrn, status: 'ordered' },
    }),
    status: 201,
    response: z.object({
      id: z.string(),
      reference: z.string(),
      patient_mrn: z.string(),
      status: z.string(),
    }),
    expect: ({ body, captured }) => [
      equal('patient of the order', body.patient_mrn, captured.mrn),
      equal('status of the order', body.status, 'ordered'),
    ],
    capture: ({ body }) => ({ order: body.id }),
  })
  .request('view-reports', {
    title: 'The reports show the new order',
    check: 'reports-can-be-viewed',
    request: ({ captured }) => ({
      method: 'GET',
      path: '/api/reports/orders',
      headers: bearer(captured.token),
    }),
    response: z.object({ orders: z.array(z.object({ reference: z.string() })) }),
    expect: ({ body, captured }) => [
      holds(
        'the new order',
        body.orders.some(({ reference }) => reference === captured.reference),
        body.orders.length,
        'among the orders of the report',
      ),
    ],
  });

export const adminFunctionsWork = flow('admin-functions-work', {
  title: 'An administrator sees the users; somebody who is not logged in does not',
  area: 'administration',
  phases: ['preflight', 'post-cutover', 'synthetic'],
  owner: 'backend',
})
  // First: later requests of a flow send the cookies that the log-in set.
  .request('nobody', { request: () => ({ method: 'GET', path: '/api/admin/users' }), status: [401, 403] })
  .request('log-in', {
    request: (ctx) => ({
      method: 'POST',
      path: '/api/sessions',
      json: {
        email: env('ILS_ADMIN_USER', 'admin@ils.example.com'),
        password: ctx.secret('ILS_ADMIN_PASSWORD'),
      },
    }),
    status: 201,
    response: z.object({ token: z.string() }),
    capture: ({ body }) => ({ token: body.token }),
  })
  .request('users', {
    request: ({ captured }) => ({ method: 'GET', path: '/api/admin/users', headers: bearer(captured.token) }),
    response: z.object({ users: z.array(z.object({ email: z.string() })).min(1) }),
  });

const removal = (kind: string, path: (identity: string) => string) => (identity: string) =>
  flow(`remove-${kind}`, { title: `Remove a synthetic ${kind}`, check: false })
    .request('log-in', {
      request: (ctx) => ({
        method: 'POST',
        path: '/api/sessions',
        json: {
          email: env('ILS_SMOKE_USER', 'smoke@ils.example.com'),
          password: ctx.secret('ILS_SMOKE_PASSWORD'),
        },
      }),
      status: 201,
      response: z.object({ token: z.string() }),
      capture: ({ body }) => ({ token: body.token }),
    })
    .request('remove', {
      request: ({ captured }) => ({
        method: 'DELETE',
        path: path(identity),
        headers: bearer(captured.token),
      }),
      // One that is gone already counts as removed.
      status: [204, 404],
    });

export const removePatient = removal('patient', (mrn) => `/api/patients/${encodeURIComponent(mrn)}`);
export const removeOrder = removal('order', (reference) => `/api/orders/${encodeURIComponent(reference)}`);
