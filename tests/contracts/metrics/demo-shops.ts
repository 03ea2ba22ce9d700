import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { shopFault } from '../../../demo/faults/shop-faults.ts';
import { createNewShop } from '../../../demo/new-shop/app.ts';
import { NEW_CONSTRAINTS, NEW_TABLES } from '../../../demo/new-shop/schema.ts';
import { freePort } from '../../../demo/parts/free-port.ts';
import { startRedis } from '../../../demo/parts/redis.ts';
import { registerCustomer } from '../../../demo/shop-client.ts';
import { createStandIn } from '../../../demo/stripe-stand-in/server.ts';
import { startCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

/** Demo shops in this process, on real PostgreSQL and Redis, with visitors who look and buy until the end. */
export interface DemoShops {
  /** Address of each shop. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Ends one of them; its visitors stay. */
  end(shop: string): Promise<void>;
  close(): Promise<void>;
}

export interface ShopWanted {
  /** A fault of the demo's shop. */
  readonly fault?: string;
  /** The provider answers every request with 500. */
  readonly providerFails?: boolean;
  /** Its database has hardly a connection left and a table that others lock; its Redis is full. */
  readonly strained?: boolean;
  /** Customers who look around, each about 8 times a second; default 4. */
  readonly visitors?: number;
  /** What they look at; default one product, which comes from the database. */
  readonly page?: string;
}

const PRODUCTS = `${NEW_TABLES} ${NEW_CONSTRAINTS}
insert into products (sku, name, price_minor) values ('TEA-GREEN', 'Green tea, 100 g', 649), ('HONEY', 'Honey', 785);`;

export async function startDemoShops(wanted: Readonly<Record<string, ShopWanted>>): Promise<DemoShops> {
  const scene = createScene();
  try {
    return await start(wanted, scene);
  } catch (error) {
    await scene.close();
    throw error;
  }
}

/** What goes on until the end, and what is ended then. */
interface Scene {
  readonly goesOn: () => boolean;
  readonly busy: Promise<void>[];
  readonly ends: (() => Promise<unknown>)[];
  close(): Promise<void>;
}

function createScene(): Scene {
  const busy: Promise<void>[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  let open = true;
  return {
    goesOn: () => open,
    busy,
    ends,
    close: async () => {
      open = false;
      await Promise.all(busy);
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    },
  };
}

async function start(wanted: Readonly<Record<string, ShopWanted>>, scene: Scene): Promise<DemoShops> {
  const { ends, busy, goesOn } = scene;
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-shops-'));
  ends.push(() => rm(directory, { recursive: true, force: true }));
  const [sound, strained, mail] = await Promise.all([
    startStores(path.join(directory, 'sound'), 100, '64mb', ends),
    startStores(path.join(directory, 'strained'), CROWDED, '8mb', ends),
    startMail(ends),
  ]);
  const provider = await startProvider(0, ends);
  const failing = await startProvider(Number.MAX_SAFE_INTEGER, ends);
  const apps = new Map<string, FastifyInstance>();
  const addresses: Record<string, string> = {};
  for (const [name, { fault, ...of }] of Object.entries(wanted)) {
    const port = await freePort();
    const stores = of.strained === true ? strained : sound;
    const app = createNewShop(
      {
        ...stores,
        port,
        redis: { url: stores.redis.url, prefix: name },
        smtp: { host: '127.0.0.1', port: mail },
        stripe: {
          ...(of.providerFails === true ? failing : provider),
          webhookSecret: 'whsec_of_nobody',
        },
        internalToken: 'a token of this test',
        release: { version: 'test', commit: 'test' },
        fault: fault ?? null,
      },
      fault === undefined ? undefined : shopFault(fault),
    );
    await app.listen({ host: '127.0.0.1', port });
    ends.push(() => app.close());
    apps.set(name, app);
    addresses[name] = `127.0.0.1:${port}`;
    // Whoever scrapes a shop did so before its database was full.
    await fetch(`http://127.0.0.1:${port}/metrics`);
    busy.push(...(await visit(`http://127.0.0.1:${port}`, of, goesOn)));
  }
  if (Object.values(wanted).some((one) => one.strained === true)) await strain(strained, scene);
  return { addresses, end: async (shop) => apps.get(shop)?.close(), close: () => scene.close() };
}

const CROWDED = 24;

async function startStores(
  directory: string,
  connections: number,
  memory: string,
  ends: (() => Promise<unknown>)[],
): Promise<{ readonly databaseUrl: string; readonly redis: { readonly url: string } }> {
  const [cluster, redis] = await allStarted([
    startCluster('newest', [`max_connections=${connections}`]),
    startRedis({ directory, source: 'installed', memory }),
  ]);
  ends.push(
    () => cluster.stop(),
    () => redis.stop(),
  );
  return { databaseUrl: await cluster.database('shop', PRODUCTS), redis: { url: redis.url } };
}

async function startMail(ends: (() => Promise<unknown>)[]): Promise<number> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 500,
    onData: (stream, _session, done) => void stream.resume().once('end', () => done()),
  });
  // Pooled connections of a shop that is gone.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.server.address() as AddressInfo).port;
}

async function startProvider(
  failRequests: number,
  ends: (() => Promise<unknown>)[],
): Promise<{ readonly apiBase: string; readonly secretKey: string }> {
  const secretKey = 'sk_test_levels';
  const standIn = createStandIn(secretKey, { retryDelaysMs: [], timeoutMs: 1000 });
  const server = createServer((...exchange) => standIn.server.emit('request', ...exchange));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(async () => {
    standIn.close();
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await fetch(`${apiBase}/_stand-in/faults`, { method: 'POST', body: JSON.stringify({ failRequests }) });
  return { apiBase, secretKey };
}

/** Two customers who buy, and others who look around. */
async function visit(
  url: string,
  { visitors = 4, page = '/api/products/TEA-GREEN' }: ShopWanted,
  goesOn: () => boolean,
): Promise<Promise<void>[]> {
  const again = async (act: () => Promise<unknown>, pauseMs: number): Promise<void> => {
    while (goesOn()) {
      // What goes wrong is the shop's to count; one that is gone answers nobody.
      await act().catch(() => undefined);
      await sleep(pauseMs);
    }
  };
  const customer = await registerCustomer(url, {
    email: `vera@${new URL(url).port}.example.test`,
    password: 'a long password',
    names: { given_name: 'Vera', family_name: 'Becker' },
  });
  const buy = async (): Promise<unknown> =>
    customer.pay(await customer.order([{ sku: 'HONEY', quantity: 1 }]), 'pm_card_visa');
  const look = (): Promise<unknown> => fetch(url + page).then((answer) => answer.text());
  return [
    ...Array.from({ length: 2 }, () => again(buy, 200)),
    ...Array.from({ length: visitors }, () => again(look, 120)),
  ];
}

/** Others take the last connections and keep locking the products; what they keep in Redis fills it. */
async function strain(
  { databaseUrl, redis }: Awaited<ReturnType<typeof startStores>>,
  { goesOn, busy, ends }: Scene,
): Promise<void> {
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    ends.push(() => client.end());
    return client;
  };
  const first = await connect();
  const lock = async (): Promise<void> => {
    while (goesOn()) {
      await first.query('begin; lock table products in access exclusive mode; select pg_sleep(0.15); commit');
      await sleep(20);
    }
  };
  busy.push(lock());
  const second = await connect();
  // The shop's own ones first: it shall be crowded, not locked out.
  await sleep(1000);
  for (let used = 0; used < CROWDED;) {
    const { rows } = await second.query<{ used: number }>(
      "select count(*)::int as used from pg_stat_activity where backend_type = 'client backend'",
    );
    used = rows[0]?.used ?? CROWDED;
    if (used < CROWDED) await connect();
  }
  const client = new Redis(redis.url);
  const bytes = async (field: string): Promise<number> =>
    Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await client.info('memory'))?.[1]);
  const full = 0.94 * (await bytes('maxmemory'));
  for (let key = 0; (await bytes('used_memory')) < full; key += 1)
    await client.set(`other:${key}`, 'x'.repeat(50_000));
  client.disconnect();
}
