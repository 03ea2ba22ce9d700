import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { equal, flow, type Flow, type Poll, type Statement } from '../../../contract/index.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { longestRun } from '../../../suites/flows/run-flow.ts';
import { listen, type Listening, runFlowOn } from './run-flow-on.ts';

type Said = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** An order that is paid later: each question takes the next answer, and the last one stays. */
async function asks<T>(said: readonly Said[], use: (shop: Listening) => Promise<T>): Promise<T> {
  let at = 0;
  const shop = await listen((_request, response) => {
    const [status, body, headers] = said[Math.min(at, said.length - 1)] ?? [500, {}];
    at += 1;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  });
  try {
    return await use(shop);
  } finally {
    await shop.close();
  }
}

const PENDING: Said = [200, { state: 'pending' }];
const PAID: Said = [200, { state: 'paid', total: 5 }];
const NOT_THERE: Said = [404, {}];

const start = flow('order-becomes-paid', { title: 'An order becomes paid', showValues: true });

const paid = (
  poll: Poll<{ readonly body: { state: string } }> = {},
  budgetMs = 300,
  method: 'GET' | 'POST' = 'GET',
): Flow =>
  start
    .request('paid', {
      request: () => ({ method, path: '/orders/7' }),
      response: z.object({ state: z.string() }),
      expect: ({ body }) => [equal('state', body.state, 'paid')],
      capture: ({ body }) => ({ state: body.state }),
      poll: { intervalMs: 100, ...poll },
      budgetMs,
    })
    .request('use', {
      request: ({ captured }) => ({ method: 'GET', path: `/receipts/${captured.state}` }),
    });

const stepOf = (finding: Finding): unknown => finding.detail?.kind === 'flow' && finding.detail.steps[0];

describe('a request that polls', () => {
  test('asks until all of it holds, and later steps get what that answer said', async () => {
    await asks([NOT_THERE, [503, {}], PENDING, PAID], async (shop) => {
      const finding = await runFlowOn(shop.url, paid({}, 10_000));
      expect(finding).toMatchObject({ outcome: 'pass' });
      expect(stepOf(finding)).toMatchObject({ attempts: 4, budgetMs: 10_000 });
      expect(shop.asked).toEqual([...Array<string>(4).fill('GET /orders/7'), 'GET /receipts/paid']);
    });
  });

  test.each([
    ['a comparison', PENDING, 'comparison', 'state: pending, expected paid'],
    ['a status', NOT_THERE, 'status', 'status: 404 {}, expected 2xx'],
    ['a shape', [200, {}] as Said, 'shape', 'body.state: nothing, expected string'],
  ])('fails with the last answer when its time is over: %s', async (_, said, cause, words) => {
    await asks([said], async (shop) => {
      const finding = await runFlowOn(shop.url, paid());
      expect(finding).toMatchObject({ outcome: 'fail', cause });
      expect(finding.summary).toMatch(
        /^Step "paid": did not hold within 300 ms \(\d attempts\); last answer: /,
      );
      expect(finding.summary).toContain(words);
      expect(shop.asked.length).toBeGreaterThan(1);
      expect(stepOf(finding)).toMatchObject({ attempts: shop.asked.length });
    });
  });

  test('an answer that until calls final is judged at once', async () => {
    const until = ({ body }: { body: { state: string } }) => body.state !== 'pending';
    await asks([PENDING, [200, { state: 'refused' }], PAID], async (shop) => {
      const finding = await runFlowOn(shop.url, paid({ until }, 10_000));
      expect(finding).toMatchObject({ outcome: 'fail', cause: 'comparison', measured: 'refused' });
      expect(finding.summary).toBe(
        'Step "paid": was final at attempt 2; last answer: state: refused, expected paid',
      );
    });
    await asks([PENDING, PAID], async (shop) => {
      expect(await runFlowOn(shop.url, paid({ until }, 10_000))).toMatchObject({ outcome: 'pass' });
    });
    await asks([PAID], async (shop) => {
      const never = await runFlowOn(shop.url, paid({ until: () => false }));
      expect(never).toMatchObject({ outcome: 'fail' });
      expect(never.summary).toContain('last answer: until: not yet, expected a final answer');
    });
  });

  test('a system that answers nobody fails by the table of events, one that comes back does not', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    const finding = await runFlowOn(gone.url, paid());
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'no-answer' });
    expect(finding.summary).toContain('did not hold within 300 ms');
    let asked = 0;
    const restarting = await listen((request, response) => {
      if ((asked += 1) < 3) request.socket.destroy();
      else response.setHeader('content-type', 'application/json').end('{"state":"paid"}');
    });
    try {
      expect(await runFlowOn(restarting.url, paid({}, 10_000))).toMatchObject({ outcome: 'pass' });
    } finally {
      await restarting.close();
    }
  });

  test('waits as told where its rate is limited, and that is none of the target’s time', async () => {
    const limited: Said = [429, {}, { 'retry-after': '1' }];
    await asks([limited, PENDING, PAID], async (shop) => {
      expect(await runFlowOn(shop.url, paid({}, 300))).toMatchObject({ outcome: 'pass' });
    });
    await asks([limited], async (shop) => {
      const finding = await runFlowOn(shop.url, paid({}, 300), { rateLimitWaitMs: 100 });
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'rate-limited' });
      expect(shop.asked).toHaveLength(1);
    });
  });

  test('a method that may do something each time is not sent, unless the plan says that it does not', async () => {
    await asks([PAID], async (shop) => {
      const finding = await runFlowOn(shop.url, paid({}, 300, 'POST'));
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flow-mistaken' });
      expect(finding.summary).toContain('polls with POST');
      expect(shop.asked).toEqual([]);
      expect((await runFlowOn(shop.url, paid({ idempotent: true }, 300, 'POST'))).outcome).toBe('pass');
    });
  });

  test('what it creates is recorded once, before the first attempt', async () => {
    const creating = start.request('order', {
      request: () => ({ method: 'POST', path: '/orders' }),
      creates: () => ({ kind: 'order', identity: 'gl-1' }),
      poll: { idempotent: true, intervalMs: 100 },
      budgetMs: 10_000,
    }) as unknown as Flow;
    await asks([[202, {}], NOT_THERE, PAID], async (shop) => {
      const recorded: number[] = [];
      const recordCreated = async () => void recorded.push(shop.asked.length);
      const subject = {
        ...creating,
        steps: creating.steps.map((step) => ({ ...step, status: 200 })),
      } as Flow;
      expect(await runFlowOn(shop.url, subject, { recordCreated })).toMatchObject({ outcome: 'pass' });
      expect(recorded).toEqual([0]);
      expect(shop.asked).toHaveLength(3);
    });
  });

  test('a throw of the plan is unknown, and is not repeated', async () => {
    const until = () => {
      throw new TypeError('no state');
    };
    await asks([PENDING], async (shop) => {
      const finding = await runFlowOn(shop.url, paid({ until }));
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flow-threw' });
      expect(shop.asked).toHaveLength(1);
    });
  });

  test('an until that says neither yes nor no is a mistake of the plan, at the first answer', async () => {
    for (const said of ['paid', undefined, null, 1]) {
      await asks([PENDING], async (shop) => {
        const until = (() => said) as unknown as () => boolean;
        const finding = await runFlowOn(shop.url, paid({ until }));
        expect(finding.outcome, finding.summary).toBe('unknown');
        expect(finding.summary).toContain('neither true nor false');
        expect(shop.asked).toHaveLength(1);
      });
    }
  });

  test('what is not final yet need not have what is compared', async () => {
    const until = ({ body }: { body: { state: string } }) => body.state !== 'pending';
    const total = (
      expectOf: (body: { total?: { cents: number } | null; items?: readonly number[] }) => Statement[],
    ) =>
      flow('paid-in-the-end', { title: 'Paid in the end' }).request('paid', {
        request: () => ({ method: 'GET', path: '/orders/7' }),
        response: z.object({
          state: z.string(),
          total: z.object({ cents: z.number() }).nullish(),
          items: z.array(z.number()).optional(),
        }),
        expect: ({ body }) => expectOf(body as never),
        poll: { intervalMs: 100, until },
        budgetMs: 10_000,
      });
    const throws = total((body) => [equal('cents', (body.total as { cents: number }).cents, 1999)]);
    await asks(
      [
        [200, { state: 'pending', total: null }],
        [200, { state: 'paid', total: { cents: 1999 } }],
      ],
      async (shop) => {
        expect(await runFlowOn(shop.url, throws)).toMatchObject({ outcome: 'pass' });
      },
    );
    const empty = total((body) => (body.items ?? []).map((item) => equal('item', item, 7)));
    await asks(
      [
        [200, { state: 'pending', items: [] }],
        [200, { state: 'paid', items: [7] }],
      ],
      async (shop) => {
        expect(await runFlowOn(shop.url, empty)).toMatchObject({ outcome: 'pass' });
      },
    );
  });

  test('a time in which this process did not run is not the target being slow', async () => {
    const lost = (lostMs: number) => () => ({ lostMs: () => lostMs, stop: () => undefined });
    await asks([PENDING], async (shop) => {
      const frozen = await runFlowOn(shop.url, paid(), { watchOwnDelay: lost(250) });
      expect(frozen).toMatchObject({ outcome: 'unknown', cause: 'own-delay' });
      const awake = await runFlowOn(shop.url, paid(), { watchOwnDelay: lost(20) });
      expect(awake).toMatchObject({ outcome: 'fail' });
    });
    // A final answer says the same whenever it is read.
    await asks([[200, { state: 'refused' }]], async (shop) => {
      const final = await runFlowOn(shop.url, paid({ until: () => true }), { watchOwnDelay: lost(250) });
      expect(final).toMatchObject({ outcome: 'fail', measured: 'refused' });
    });
  });

  test('the longest run leaves room for an answer to its last request', () => {
    expect(longestRun({ flow: paid({}, 3000), budgetMs: 1000 })).toBe(3000 + 1000 + 1000);
  });
});
