import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import type { Mail } from '../../contract/index.ts';
import { freePort } from '../../demo/parts/free-port.ts';
import { logTail } from '../../demo/parts/log-tail.ts';
import { startPostgres } from '../../demo/parts/postgres.ts';
import { startSmtpSink } from '../../demo/parts/smtp-sink.ts';
import { startProgram, type SupervisedProcess } from '../../demo/parts/supervise.ts';
import { startStripeStandIn } from '../../demo/stripe-stand-in/start.ts';
import { startRefusingSmtp } from './refusing-smtp.ts';
import { customerWithOrders } from './shop-client.ts';

const HERE = import.meta.dirname;

export interface Scene {
  readonly directory: string;
  /** What greenlight.config.ts reads. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface SceneOptions {
  readonly directory: string;
  readonly fault: 'rows-deleted' | 'mail-refused' | undefined;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Everything that the cut-over needs, up to the moment at which traffic has moved: PostgreSQL, a mail sink, a payment
 * provider stand-in, the old version with customers and orders, then the new version on a copy of the database.
 */
export async function startScene(options: SceneOptions): Promise<Scene> {
  const { directory, progress, signal } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    progress('starting PostgreSQL, the mail sink and the payment stand-in');
    const postgres = await startPostgres({ directory, name: 'database', signal });
    closers.push(() => postgres.stop());
    const mail = await startSmtpSink({ directory, signal });
    closers.push(() => mail.stop());
    const stripe = await startStripeStandIn({ directory, signal });
    closers.push(() => stripe.stop());

    const url = (database: string): string => postgres.url.replace(/\/[^/]*$/, `/${database}`);
    const secrets = {
      VENDURE_ADMIN_PASSWORD: random(),
      VENDURE_COOKIE_SECRET: random(),
      VENDURE_CUSTOMER_PASSWORD: `Aa1!${random()}`,
      STRIPE_SECRET_KEY: stripe.secretKey,
    };
    const shop = (version: 'old' | 'new', database: string, smtpPort: number, port: number) => ({
      directory,
      version,
      port,
      signal,
      env: {
        ...secrets,
        HOME: directory,
        SCRATCH: directory,
        VENDURE_DISABLE_TELEMETRY: 'true',
        NODE_NO_WARNINGS: '1',
        DATABASE_URL: url(database),
        SMTP_PORT: String(smtpPort),
        STRIPE_API_BASE: stripe.apiBase,
        PORT: String(port),
      },
    });

    await query(postgres.adminUrl, 'create database vendure');
    progress('populating Vendure 3.5.7 with its sample catalogue (about 10 s)');
    await runToEnd('populate', 'populate.cjs', shop('old', 'vendure', mail.smtpPort, await freePort()));
    const oldShop = await startShop(shop('old', 'vendure', mail.smtpPort, await freePort()));
    closers.push(() => oldShop.process.stop());
    progress('customers order on the old version');
    const mailbox = { verificationToken: (email: string) => verificationToken(mail.url, email, signal) };
    const password = secrets.VENDURE_CUSTOMER_PASSWORD;
    const known = await customerWithOrders(oldShop.url, mailbox, 'old-customer@example.com', password, 2);
    await customerWithOrders(oldShop.url, mailbox, 'other-customer@example.com', password, 1);

    progress('cut-over: stopping the old version, copying its database');
    await oldShop.process.stop();
    await query(postgres.adminUrl, 'create database green template vendure');
    if (options.fault === 'rows-deleted') {
      progress('planting the fault: one payment disappears from the copy');
      await query(url('green'), 'delete from payment where id = (select max(id) from payment)');
    }
    const [moment] = await query(
      postgres.adminUrl,
      "select to_char(now() at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US') as at",
    );

    let smtpPort = mail.smtpPort;
    if (options.fault === 'mail-refused') {
      progress('planting the fault: the mail server of the new version refuses every recipient');
      const refusing = await startRefusingSmtp();
      closers.push(() => refusing.stop());
      smtpPort = refusing.port;
    }
    progress('starting Vendure 3.7.3 on the copy; it migrates the schema by itself');
    const newShop = await startShop(shop('new', 'green', smtpPort, await freePort()));
    closers.push(() => newShop.process.stop());

    return {
      directory,
      close,
      env: {
        ...secrets,
        VENDURE_URL: newShop.url,
        VENDURE_MAIL_URL: mail.url,
        VENDURE_OLD_DATABASE_URL: url('vendure'),
        VENDURE_NEW_DATABASE_URL: url('green'),
        VENDURE_CUTOVER_AT: String(moment?.['at']),
        VENDURE_OLD_CUSTOMER: known.email,
        VENDURE_OLD_ORDERS: known.orders.join(' '),
        STRIPE_API_BASE: stripe.apiBase,
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const random = (): string => randomBytes(12).toString('hex');

interface ShopOptions {
  readonly directory: string;
  readonly version: 'old' | 'new';
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Vendure finds its packages from its working directory: `old/` or `new/`. */
function program(name: string, script: string, options: ShopOptions): Promise<SupervisedProcess> {
  const folder = path.join(HERE, options.version);
  return startProgram({
    name: `${name}-${options.version}`,
    directory: options.directory,
    command: '/bin/sh',
    args: [
      '-c',
      'cd "$1" && exec "$2" "$3"',
      'sh',
      folder,
      process.execPath,
      path.join(HERE, 'shop', script),
    ],
    env: options.env,
    signal: options.signal,
  });
}

async function runToEnd(name: string, script: string, options: ShopOptions): Promise<void> {
  const child = await program(name, script, options);
  const { code } = await child.ended;
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${logTail(child.logFile)}`);
}

async function startShop(options: ShopOptions): Promise<{ process: SupervisedProcess; url: string }> {
  const child = await program('vendure', 'server.cjs', options);
  const url = `http://127.0.0.1:${options.port}`;
  for (let tries = 0; tries < 600; tries += 1) {
    if (!child.running()) break;
    const healthy = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return { process: child, url };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await child.stop();
  throw new Error(`Vendure did not become healthy:\n${logTail(child.logFile)}`);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function verificationToken(sink: string, email: string, signal: AbortSignal): Promise<string> {
  for (let tries = 0; tries < 200 && !signal.aborted; tries += 1) {
    const mails = (await (await fetch(`${sink}/messages?to=${encodeURIComponent(email)}`)).json()) as Mail[];
    const link = mails.flatMap((mail) => mail.links).find((candidate) => candidate.includes('token='));
    if (link) return decodeURIComponent(link.split('token=')[1] ?? '');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no verification mail for ${email}`);
}
