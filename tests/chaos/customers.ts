import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A target that keeps what is created on it until somebody removes it. */
export interface CustomerTarget {
  readonly url: string;
  /** Identities that were created and not removed. */
  readonly customers: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Starts it on a port of its own; every request takes a little, so that a kill can hit the middle of one. */
export async function startCustomerTarget(delayMs = 60): Promise<CustomerTarget> {
  const customers = new Set<string>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://target');
    const [, kind, identity] = pathname.split('/');
    request.resume();
    if (kind === 'customers' && identity !== undefined) {
      if (request.method === 'PUT') customers.add(identity);
      if (request.method === 'DELETE') customers.delete(identity);
    }
    const status =
      kind === 'customers' && request.method === 'GET' && !customers.has(identity ?? '') ? 404 : 200;
    setTimeout(
      () => response.writeHead(status, { 'content-type': 'application/json' }).end('{"total":10}'),
      delayMs,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    customers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Plan, configuration and specs of a project on this target: three flows, of which two create a customer. */
export function customerProject(url: string): Readonly<Record<string, string>> {
  return {
    'package.json': '{ "type": "module" }',
    'greenlight.config.mts': `import { defineConfig, flow } from 'greenlight';
const created = (id: string) => flow(id, { title: id })
  .given((ctx) => ({ customer: ctx.unique() }))
  .request('create', {
    creates: ({ captured }) => ({ kind: 'customer', identity: captured.customer }),
    request: ({ captured }) => ({ method: 'PUT', path: '/customers/' + captured.customer }),
  })
  .request('look-up', { request: ({ captured }) => ({ method: 'GET', path: '/customers/' + captured.customer }) });
export default defineConfig({
  target: { name: 'shop', urls: { app: '${url}' } },
  created: { customer: { undo: (identity) => flow('remove-customer', { title: 'remove', check: false })
    .request('remove', { request: () => ({ method: 'DELETE', path: '/customers/' + identity }) }) } },
  flows: [created('first-customer'), created('second-customer'),
    flow('home-answers', { title: 'home-answers' }).request('open', { request: () => ({ method: 'GET', path: '/home' }) })],
});`,
    'playwright.config.mts': `import { defineGreenlightPlaywright } from 'greenlight/playwright';
import plan from './greenlight.config.mts';
export default defineGreenlightPlaywright(plan);`,
    'greenlight/readiness.spec.mts': `import { defineReadiness } from 'greenlight/test';
import plan from '../greenlight.config.mts';
defineReadiness(plan);`,
    'greenlight/suites.spec.mts': `import { defineSuites } from 'greenlight/test';
import plan from '../greenlight.config.mts';
defineSuites(plan);`,
  };
}
