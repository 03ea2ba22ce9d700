import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding, type ProbeTools } from '../../../suites/probe-finding.ts';
import { probeRateLimit } from '../../../suites/probes/rate-limit-probe.ts';
import { listen, type Listening } from './run-flow-on.ts';

type Given = Readonly<Record<string, unknown>>;
type Refusal = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

let shop: Listening | undefined;
afterEach(() => shop?.close());

const planned = (over: Given): Extract<Probe, { kind: 'rate-limit' }> =>
  Probe.parse({ kind: 'rate-limit', id: 'limit', title: 'x', path: '/api', ...over }) as Extract<
    Probe,
    { kind: 'rate-limit' }
  >;

const tools = (over: Partial<ProbeTools> = {}): ProbeTools => ({
  application: createHttpApplication(),
  urls: { app: shop?.url ?? 'http://shop.test' },
  control: createControl(undefined),
  ...over,
});

/**
 * A shop that lets `lets` requests through and refuses all others until `forMs` after the first refusal.
 * @param before how many requests somebody else has sent
 */
async function limited(
  lets: number,
  refusal: Refusal | ((forMs: number) => Refusal),
  over: Given = {},
  { forMs = 1000, before = 0, otherwise = 200 } = {},
): Promise<Finding> {
  let count = before;
  let until: number | undefined;
  shop = await listen((_request, response) => {
    if (until !== undefined && Date.now() >= until) [count, until] = [0, undefined];
    count += 1;
    if (count <= lets) return void response.writeHead(otherwise).end('hello');
    until ??= Date.now() + forMs;
    const {
      status = 429,
      headers = {},
      body = '',
    } = typeof refusal === 'function' ? refusal(until - Date.now()) : refusal;
    return void response.writeHead(status, headers).end(body);
  });
  return probeFinding('limit', () => probeRateLimit(planned(over), tools()));
}

const after = (seconds: number | string, more: Readonly<Record<string, string>> = {}): Refusal => ({
  headers: { 'retry-after': String(seconds), ...more },
});
const dated = (ms: number): Refusal =>
  after(new Date(Math.ceil((Date.now() + ms) / 1000) * 1000).toUTCString());
const NO_WAIT = { recovery: false };
const WRONG_PASSWORD = { method: 'POST', json: {}, harmlessBecause: 'a log-in with a wrong password' };

describe('the limit', () => {
  test('refuses, says for how long, and ends: its fields are told', async () => {
    const finding = await limited(5, after(1, { 'RateLimit-Remaining': '0', 'X-RateLimit-Limit': '5' }));
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
    const told = JSON.stringify(finding.detail);
    expect(told).toContain('ratelimit-remaining: 0');
    expect(told).toContain('x-ratelimit-limit: 5');
    expect(finding.summary).toMatch(/Retry-After 1; answered 200 after 1/);
  });

  test('ends later than it says', async () => {
    const finding = await limited(5, after(1), {}, { forMs: 5000 });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'no-recovery' });
  });

  test.each<[what: string, refusedAt: readonly number[], outcome: string, cause?: string]>([
    ['nobody else asks', [3], 'pass'],
    ['somebody else used up what came free', [3, 4], 'unknown', 'limit-used-up'],
    ['somebody else did so twice', [3, 4, 5], 'unknown', 'limit-used-up'],
    ['it does not end, however often it is waited for', [3, 4, 5, 6, 7], 'fail', 'no-recovery'],
  ])('ends as told: %s', async (_what, refusedAt, outcome, cause) => {
    let count = 0;
    shop = await listen((_request, response) => {
      const refused = refusedAt.includes((count += 1));
      response.writeHead(refused ? 429 : 200, refused ? { 'retry-after': '0' } : {}).end();
    });
    const finding = await probeFinding('limit', () => probeRateLimit(planned({ atOnce: 1 }), tools()));
    expect(finding, finding.summary).toMatchObject({ outcome, ...(cause && { cause }) });
  });

  test('ends later than it says, and there is no time to see it twice', async () => {
    const finding = await limited(5, after(1), { recovery: { withinMs: 1500 } }, { forMs: 60_000 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'unknown', cause: 'limit-used-up' });
  });

  test('is not there: not one request more than planned is sent', async () => {
    const finding = await limited(1000, {}, { requests: 12 });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'no-limit' });
    expect(finding.summary).toMatch(/12 requests in \d+ ms brought no 429/);
    expect(shop?.asked).toHaveLength(12);
  });

  test('no request is sent on once one was refused', async () => {
    await limited(2, after(60), { ...NO_WAIT, requests: 100, atOnce: 1 });
    expect(shop?.asked).toHaveLength(3);
  });

  test('a date that is to come is as good, and is waited for', async () => {
    const finding = await limited(5, dated, {}, { forMs: 300 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
  });

  type Case = [what: string, refusal: Refusal, over: Given, outcome: string, cause?: string];
  test.each<Case>([
    ['no Retry-After', {}, NO_WAIT, 'fail', 'retry-after'],
    ['no Retry-After, which the plan does not want', {}, { ...NO_WAIT, retryAfter: false }, 'pass'],
    ['Retry-After 0', after(0), NO_WAIT, 'pass'],
    ['a negative one', after(-5), NO_WAIT, 'fail', 'retry-after'],
    ['a part of a second', after('1.5'), NO_WAIT, 'fail', 'retry-after'],
    ['words', after('soon'), NO_WAIT, 'fail', 'retry-after'],
    ['words, where none is wanted', after('soon'), { ...NO_WAIT, retryAfter: false }, 'fail', 'retry-after'],
    ['a date that is over', dated(-60_000), NO_WAIT, 'fail', 'retry-after'],
    [
      'a date in another form',
      after(new Date(Date.now() + 9000).toISOString()),
      NO_WAIT,
      'fail',
      'retry-after',
    ],
    ['a day', after(86_400), NO_WAIT, 'fail', 'retry-after'],
    [
      'a day, which the plan lets pass',
      after(86_400),
      { ...NO_WAIT, retryAfter: { atMost: 86_400 } },
      'pass',
    ],
    [
      'longer than the plan waits',
      after(120),
      { recovery: { withinMs: 100 } },
      'unknown',
      'recovery-too-late',
    ],
    ['503 in place of 429', { status: 503, ...after(1) }, NO_WAIT, 'fail', 'other-refusal'],
    ['503, as the plan says', { status: 503, ...after(1) }, { ...NO_WAIT, refusesWith: 503 }, 'pass'],
    ['a target that breaks', { status: 500 }, NO_WAIT, 'fail', 'breaks'],
  ])('%s', async (_what, refusal, over, outcome, cause) => {
    const finding = await limited(5, refusal, over);
    expect(finding, finding.summary).toMatchObject({ outcome, ...(cause && { cause }) });
    if (outcome !== 'pass') expect(finding.remedy).toBeTruthy();
  });
});

describe('our side', () => {
  test('a protection service that answers in place of the target says nothing of its limit', async () => {
    const challenge = { status: 429, headers: { 'cf-mitigated': 'challenge' } };
    expect(await limited(5, challenge)).toMatchObject({ outcome: 'unknown', cause: 'challenge-page' });
    await shop?.close();
    expect(await limited(5, { status: 511 })).toMatchObject({ outcome: 'unknown', cause: 'captive-portal' });
  });

  test('a limit that was used up before us is waited out once', async () => {
    const finding = await limited(5, after(1), {}, { before: 5, forMs: 500 });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
    await shop?.close();
    const still = await limited(5, after(1), {}, { before: 5, forMs: 60_000 });
    expect(still).toMatchObject({ outcome: 'unknown', cause: 'limit-used-up' });
    expect(shop?.asked).toHaveLength(2);
    await shop?.close();
    const late = await limited(5, after(600), {}, { before: 5 });
    expect(late).toMatchObject({ outcome: 'unknown', cause: 'limit-used-up' });
    expect(shop?.asked).toHaveLength(1);
  });

  test('a path that is not there is no address without a limit', async () => {
    const finding = await limited(1000, {}, {}, { otherwise: 404 });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'nothing-there' });
  });

  test.each<[what: string, status: number, over: Given, outcome: string, cause: string]>([
    ['a guard refuses our credentials', 401, { headers: { cookie: 'sid=old' } }, 'unknown', 'not-let-in'],
    ['a log-in refuses a wrong password', 401, WRONG_PASSWORD, 'fail', 'no-limit'],
    ['each is sent on', 301, {}, 'unknown', 'sent-on'],
    ['a log-in sends back to its form', 302, WRONG_PASSWORD, 'fail', 'no-limit'],
  ])('no limit is met: %s', async (_what, otherwise, over, outcome, cause) => {
    const finding = await limited(1000, {}, over, { otherwise });
    expect(finding, finding.summary).toMatchObject({ outcome, cause });
    expect(finding.remedy).toBeTruthy();
  });

  test('slow requests are no quick ones', async () => {
    const slow = tools({
      application: {
        send: async () => {
          await new Promise((done) => setTimeout(done, 5));
          return { status: 200, headers: {}, body: '', durationMs: 5 };
        },
      },
    });
    const probe = planned({ withinMs: 1, requests: 4 });
    expect(await probeFinding('limit', () => probeRateLimit(probe, slow))).toMatchObject({
      outcome: 'unknown',
      cause: 'too-slow',
    });
  });

  test.each([
    ['answers', 'fail'],
    ['silent', 'unknown'],
  ] as const)('no connection while the control address %s: %s', async (said, outcome) => {
    const gone = tools({
      application: { send: () => Promise.reject(new TargetUnreachable('refused', 'ECONNREFUSED')) },
      control: { ask: async () => said, answer: said },
    });
    const finding = await probeFinding('limit', () => probeRateLimit(planned({}), gone));
    expect(finding.outcome).toBe(outcome);
  });
});
