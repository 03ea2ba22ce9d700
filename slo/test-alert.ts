import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { z } from 'zod';
import { basicAddress } from '../host/basic-address.ts';

/** Where a test alert goes in, and where it must come out. */
export interface TestAlertOptions {
  /** Base address of Alertmanager, whose version 2 interface is asked; `user:password@` in it become a header. */
  readonly alertmanager: string;
  /** Sent with every question. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where we listen as a receiver: a `webhook_config` of Alertmanager must name it. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly labels: Readonly<Record<string, string>> & { readonly alertname: string };
  /** The receiver of Alertmanager whose webhook we are, where its name is known. */
  readonly receiver?: string;
  /** Milliseconds, more than `group_wait` of the route; than `group_interval` where it does not group by alertname. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface TestAlertAnswer {
  /** `not-delivered` only where Alertmanager itself says so: that it may not reach us is no fault of alerting. */
  readonly state: 'delivered' | 'not-delivered' | 'unknown';
  readonly why: string;
  /** The receivers to which Alertmanager says that it routed the alert. */
  readonly receivers: readonly string[];
}

const Webhook = z.object({ alerts: z.array(z.object({ labels: z.record(z.string(), z.string()) })) });
const Alerts = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    receivers: z.array(z.object({ name: z.string() })),
    status: z.object({ state: z.string() }),
  }),
);
/** The label by which routes know a test, and need not page anybody for it; its value is another one each time. */
const TEST_LABEL = 'greenlight_test';

/**
 * Posts an alert that says it is a test, and waits for it as the receiver of a webhook. Delivered means: Alertmanager
 * took it, routed it and handed it to this receiver. What other receivers did with it, nobody here sees.
 */
export async function testAlert(options: TestAlertOptions): Promise<TestAlertAnswer> {
  const nonce = randomBytes(8).toString('hex');
  const seen = { arrived: (): void => undefined };
  const arrival = new Promise<void>((resolve) => (seen.arrived = resolve));
  let server: Server;
  try {
    server = await listen(options, nonce, () => seen.arrived());
  } catch (error) {
    return { state: 'unknown', why: `cannot listen as the receiver: ${String(error)}`, receivers: [] };
  }
  try {
    const post = (endsAt: Date): Promise<unknown> =>
      ask(options, 'POST', '/api/v2/alerts', [
        {
          // Of a group that has been notified, Alertmanager holds everything back until group_interval is over.
          labels: {
            ...options.labels,
            alertname: `${options.labels.alertname}-${nonce}`,
            [TEST_LABEL]: nonce,
          },
          annotations: {
            summary: 'A test of alerting by Greenlight: nothing is broken',
            description: `It carries the label ${TEST_LABEL}, by which routes can keep it from pagers.`,
          },
          endsAt: endsAt.toISOString(),
        },
      ]);
    await post(new Date(Date.now() + options.waitMs + 60_000));
    const delivered = await within(options, arrival);
    const filter = encodeURIComponent(`${TEST_LABEL}="${nonce}"`);
    const [alert] = Alerts.parse(await ask(options, 'GET', `/api/v2/alerts?filter=${filter}`));
    // Nobody needs to resolve by hand what was a test.
    await post(new Date());
    const receivers = alert?.receivers.map(({ name }) => name) ?? [];
    if (delivered) return { state: 'delivered', why: 'the alert arrived at the webhook', receivers };
    if (options.signal?.aborted === true) return { state: 'unknown', why: 'interrupted', receivers };
    if (alert?.status.state === 'suppressed') {
      const why = 'Alertmanager holds it back: a silence or an inhibition';
      return { state: 'not-delivered', why, receivers };
    }
    const { receiver } = options;
    if (alert !== undefined && receiver !== undefined && !receivers.includes(receiver))
      return { state: 'not-delivered', why: `Alertmanager did not route it to ${receiver}`, receivers };
    return { state: 'unknown', why: whyLate(options, alert !== undefined), receivers };
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    const why = cause instanceof Error ? cause.message : message;
    return { state: 'unknown', why: `Alertmanager gave no answer: ${why}`, receivers: [] };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What we can't tell apart from here. */
function whyLate({ waitMs, listen, receiver }: TestAlertOptions, known: boolean): string {
  const reasons = [
    ...(known
      ? []
      : ['the Alertmanager that was asked is another one of its cluster than the one that took it']),
    ...(receiver === undefined ? ['it is routed elsewhere (name our receiver with --receiver)'] : []),
    'group_wait of its route is longer than that, or group_interval where the route does not group by alertname',
    `Alertmanager cannot reach ${listen.host}:${listen.port}`,
  ];
  return `it did not arrive within ${waitMs / 1000} s: ${reasons.join('; or ')}`;
}

async function within({ waitMs, signal }: TestAlertOptions, arrival: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = (): void => undefined;
  const end = new Promise<false>((resolve) => {
    stopped = () => resolve(false);
    timer = setTimeout(stopped, waitMs);
    signal?.addEventListener('abort', stopped);
  });
  try {
    return await Promise.race([arrival.then(() => true), end]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stopped);
  }
}

async function listen(options: TestAlertOptions, nonce: string, arrived: () => void): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (part: string) => (body += part.slice(0, 1_000_000 - body.length)));
    request.on('end', () => {
      const said = Webhook.safeParse(parsed(body));
      if (said.success && said.data.alerts.some(({ labels }) => labels[TEST_LABEL] === nonce)) arrived();
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  return server;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Anybody can send anything to an open port; only an alert with our number counts.
    return undefined;
  }
}

async function ask(
  options: TestAlertOptions,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { address, headers } = basicAddress(options.alertmanager);
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { ...headers, ...options.headers, 'content-type': 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text.slice(0, 200)}`);
  return method === 'GET' ? JSON.parse(text) : undefined;
}
