import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small shop with everything that `init` looks for; its answers can be changed. */
export interface InitTarget {
  readonly url: string;
  /** `GET /path` in the order in which they came. */
  readonly requests: string[];
  /** Answers by path, before those of the shop. */
  readonly instead: Map<string, Reply>;
  close(): Promise<void>;
}

export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startInitTarget(): Promise<InitTarget> {
  const requests: string[] = [];
  const instead = new Map<string, Reply>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method ?? ''} ${path}`);
    reply(request, response, instead.get(path) ?? shop(path, url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    instead,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(_request: IncomingMessage, response: ServerResponse, given: Reply): void {
  const { status = 200, type = 'text/html', body = '', headers = {} } = given;
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

const json = (value: unknown, status = 200): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

function shop(path: string, url: string): Reply {
  switch (path) {
    case '/':
      return { status: 302, headers: { location: '/en/' } };
    case '/en/':
    case '/en/about':
    case '/products/1':
      return { body: '<h1>shop</h1>' };
    case '/robots.txt':
      return {
        type: 'text/plain',
        body: `User-agent: *\nDisallow: /cart\nSitemap: https://shop.example/sitemap-index.xml\n`,
      };
    case '/sitemap-index.xml':
      return {
        type: 'text/xml',
        body: '<sitemapindex><sitemap><loc>https://shop.example/sitemap-1.xml</loc></sitemap></sitemapindex>',
      };
    case '/sitemap-1.xml':
      return {
        type: 'text/xml',
        body: ['/', '/en/about', '/cart/1', '/products/1', '/gone']
          .map((at) => `<url><loc>https://shop.example${at}</loc></url>`)
          .reduce((all, one) => all + one, '<urlset>')
          .concat('</urlset>'),
      };
    case '/healthz':
      return json({ status: 'UP', components: { db: { status: 'UP' } } });
    case '/version':
      return json({ build: { version: '2.4.1' }, git: { commit: { id: 'b42e9a1c0ffee' } } });
    case '/openapi.json':
      return json(document(url));
    case '/api/products':
      return json([
        { id: 9007199254740993, name: 'Tea', price: 4.5, category: { name: 'Drinks', parent: null } },
      ]);
    case '/api/stock':
      return json({ items: 'many' });
    case '/api/me':
      return json({ error: 'unauthorized' }, 401);
    case '/api/ping':
      return { status: 204 };
    case '/api/broken':
      return json({ error: 'boom' }, 500);
    default:
      return { status: 404, body: 'not here' };
  }
}

function document(url: string): unknown {
  const answers = (schema: unknown, status = '200'): unknown => ({
    [status]: { description: 'ok', content: { 'application/json': { schema } } },
  });
  return {
    openapi: '3.0.3',
    info: { title: 'shop', version: '1' },
    servers: [{ url: `${url}/api` }],
    paths: {
      '/products': {
        get: {
          operationId: 'listProducts',
          tags: ['products'],
          summary: 'List products',
          parameters: [{ name: 'page', in: 'query', schema: { type: 'integer' } }],
          responses: answers({ type: 'array', items: { $ref: '#/components/schemas/Product' } }),
        },
        post: {
          operationId: 'createProduct',
          tags: ['products'],
          requestBody: {
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['name', 'price', 'owner'],
                  properties: {
                    name: { type: 'string' },
                    price: { type: 'number', example: 4.5 },
                    owner: { type: 'string', format: 'email' },
                  },
                },
              },
            },
          },
          responses: answers({ $ref: '#/components/schemas/Product' }, '201'),
        },
      },
      '/products/{id}': {
        get: {
          tags: ['products'],
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
          responses: answers({ $ref: '#/components/schemas/Product' }),
        },
      },
      '/stock': { get: { tags: ['stock'], responses: answers({ $ref: '#/components/schemas/Stock' }) } },
      '/me': { get: { security: [{ token: [] }], responses: answers({ type: 'object' }) } },
      '/ping': { get: { responses: { 204: { description: 'nothing' } } } },
      '/broken': { get: { responses: answers({ type: 'object' }) } },
      '/logout': { get: { responses: { 204: { description: 'bye' } } } },
    },
    components: {
      schemas: {
        Product: {
          type: 'object',
          required: ['id', 'name', 'price'],
          properties: {
            id: { type: 'integer', format: 'int64' },
            name: { type: 'string', minLength: 1, maxLength: 40 },
            price: { type: 'number', minimum: 0 },
            category: { $ref: '#/components/schemas/Category' },
          },
        },
        Category: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string' },
            parent: { nullable: true, allOf: [{ $ref: '#/components/schemas/Category' }] },
          },
        },
        Stock: { type: 'object', required: ['items'], properties: { items: { type: 'integer' } } },
      },
    },
  };
}
