import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defineConfig, equal, flow } from '../../../contract/index.ts';

const Visitor = z.object({ id: z.string(), email: z.email(), visits: z.number().int() });

/** Portable: given, two requests, a capture, a schema, a comparison, a data pool, a secret. */
export const visitorComesBack = flow('visitor-comes-back', {
  title: 'A visitor comes back',
  data: [{ plan: 'small' }, { plan: 'large' }],
})
  .given((ctx) => ({ email: `${ctx.unique()}@example.test` }))
  .request('arrive', {
    request: (ctx) => ({
      method: 'POST',
      path: '/visitors',
      headers: { authorization: `Bearer ${ctx.secret('LOAD_TEST_TOKEN')}` },
      json: { email: ctx.captured.email, plan: ctx.data['plan'] },
    }),
    status: 201,
    response: Visitor,
    capture: ({ body }) => ({ id: body.id }),
  })
  .request('return', {
    request: (ctx) => ({ method: 'GET', path: `/visitors/${ctx.captured.id}`, query: { again: true } }),
    response: (captured) => Visitor.extend({ id: z.literal(String(captured.id)) }),
    expect: ({ body, captured }) => [equal('e-mail', body.email, captured.email)],
  });

/** Asks for a shape, of which a load looks at a sample. */
export const listsThings = flow('lists-things', { title: 'A list of things' }).request('list', {
  request: () => ({ method: 'GET', path: '/things' }),
  response: z.object({ name: z.string().regex(/^Grüße, 世界( Grüße, 世界)*$/) }),
});

/** What the first answer sets, the second request brings back, if it is still valid. */
export const keepsACookie = flow('keeps-a-cookie', { title: 'A cookie' })
  .request('set', { request: () => ({ method: 'GET', path: '/set' }) })
  .request('take', { request: () => ({ method: 'GET', path: '/take' }) });

/** Uses what k6 does not have, at run time. */
export const readsAFile = flow('reads-a-file', { title: 'A flow that reads a file' }).request('read', {
  request: () => ({ method: 'GET', path: `/${readFileSync(import.meta.filename, 'utf8').length}` }),
});

export default defineConfig({
  target: { name: 'fixture', urls: { app: process.env['LOAD_TEST_URL'] ?? 'http://127.0.0.1:1' } },
  flows: [visitorComesBack, listsThings, keepsACookie, readsAFile],
  load: { profiles: [] },
});
