import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { Flow } from '../../../contract/flow/flow.ts';
import type { PaymentObject } from '../../../contract/ports/payments.ts';
import { listen, type Listening, runFlowOn } from '../suites/run-flow-on.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A shop whose payments are in one of two modes, and do what they should, or one thing that they should not. */
interface Shop {
  mode: 'test' | 'live';
  fault?: 'charges-at-once' | 'cancels-nothing' | 'declines' | undefined;
}

let flows: Readonly<Record<string, Flow>>;
let server: Listening;
let directory: string;
const shop: Shop = { mode: 'test' };
const payments = new Map<string, PaymentObject & { status: string; amountReceived: number }>();

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-page-'));
  const blocks = [...readFileSync(path.join(ROOT, 'docs/payments.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs)];
  const modules = await Promise.all(
    blocks.map(([, code = ''], at) => {
      const file = path.join(directory, `block-${at}.ts`);
      const found = code
        .replace("'greenlight'", `'${path.join(ROOT, 'contract/index.ts')}'`)
        .replace("'zod'", `'${path.join(ROOT, 'node_modules/zod/index.js')}'`);
      writeFileSync(file, found);
      return import(/* @vite-ignore */ file) as Promise<Readonly<Record<string, Flow>>>;
    }),
  );
  flows = Object.assign({}, ...modules) as Record<string, Flow>;
  server = await listen((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const url = request.url ?? '';
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (url === '/health/payments') return answer(200, { payments: { mode: shop.mode } });
      if (url === '/api/login') return answer(200, { token: 'let-in' });
      const cancelled = /^\/api\/orders\/(.+)\/cancel$/.exec(url);
      if (cancelled !== null) {
        const payment = payments.get(cancelled[1] ?? '');
        if (payment === undefined) return answer(404, {});
        if (shop.fault !== 'cancels-nothing') payment.status = 'canceled';
        return answer(200, { payment: wordsOf(payment) });
      }
      const asked = JSON.parse(text) as { total: number; payment_method?: string };
      const charged = asked.payment_method !== undefined || shop.fault === 'charges-at-once';
      const id = `pi_${payments.size}`;
      const payment = {
        id,
        status: shop.fault === 'declines' ? 'canceled' : charged ? 'succeeded' : 'requires_payment_method',
        amount: asked.total,
        amountReceived: charged && shop.fault !== 'declines' ? asked.total : 0,
        currency: 'eur',
        metadata: {},
        livemode: shop.mode === 'live',
        refunded: 0,
      };
      payments.set(id, payment);
      answer(201, { id, payment: asked.payment_method === undefined ? wordsOf(payment) : id });
    });
  });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const wordsOf = ({ status, amountReceived, livemode }: PaymentObject) => ({
  status,
  mode: livemode ? 'live' : 'test',
  received: amountReceived,
});

function run(name: string, state: Shop): Promise<Finding> {
  Object.assign(shop, { fault: undefined }, state);
  const flow = flows[name];
  if (flow === undefined) throw new Error(`the page has no flow ${name}`);
  return runFlowOn(server.url, flow, {
    // The provider shows objects of test mode alone to a key of test mode.
    port: (() => ({
      find: async ({ id = '' }: { id?: string }) => {
        const found = payments.get(id);
        return found === undefined || found.livemode ? null : found;
      },
      ready: async () => undefined,
      close: async () => undefined,
    })) as never,
  });
}

describe('each pattern of the page passes where all is well, and fails where it is not', () => {
  test.each<[string, string, Shop, Finding['outcome']]>([
    ['a tenant in test mode', 'testTenantCanPay', { mode: 'test' }, 'pass'],
    ['its payment is declined', 'testTenantCanPay', { mode: 'test', fault: 'declines' }, 'fail'],
    ['test mode before', 'keyIsATestKey', { mode: 'test' }, 'pass'],
    ['live too early', 'keyIsATestKey', { mode: 'live' }, 'fail'],
    ['live after', 'keyIsSwitched', { mode: 'live' }, 'pass'],
    ['forgotten', 'keyIsSwitched', { mode: 'test' }, 'fail'],
    ['live without a charge', 'livePaymentCanBegin', { mode: 'live' }, 'pass'],
    ['with one', 'livePaymentCanBegin', { mode: 'live', fault: 'charges-at-once' }, 'fail'],
    ['not cancelled', 'livePaymentCanBegin', { mode: 'live', fault: 'cancels-nothing' }, 'fail'],
    ['a test key in production', 'livePaymentCanBegin', { mode: 'test' }, 'fail'],
    ['the account', 'accountCanOrder', { mode: 'test' }, 'pass'],
    ['whose order stays', 'accountCanOrder', { mode: 'test', fault: 'cancels-nothing' }, 'fail'],
  ])('%s', async (_, name, state, outcome) => {
    expect(await run(name, state)).toMatchObject({ outcome });
  });
});
