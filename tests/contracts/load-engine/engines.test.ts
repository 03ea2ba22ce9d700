import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Flow } from '../../../contract/flow/flow.ts';
import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { LoadResult } from '../../../contract/load/load-result.ts';
import { autocannonEngine } from '../../../load/engines/autocannon.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import { decodeHistogram } from '../../../load/engines/load-recorder.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { FURTHER, LONG } from '../../long.ts';
import { visitorComesBack, readsAFile } from './plan.ts';
import { startTarget, type FakeTarget } from './target.ts';
import { visitors } from './visitors.ts';

const k6 = await k6Engine.availability();
if (!k6.available) console.warn(`\nSKIPPED: everything about k6: ${k6.reason}. ${k6.remedy}\n`);
const engines = [autocannonEngine, ...(k6.available ? [k6Engine] : [])];
const TOKEN = 'load-token-8c1f';

let scratch: string;
let target: FakeTarget | undefined;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-load-test-'));
  process.env['LOAD_TEST_TOKEN'] = TOKEN;
});
afterEach(async () => {
  delete process.env['LOAD_TEST_TOKEN'];
  await target?.close();
  target = undefined;
  await rm(scratch, { recursive: true, force: true });
});

interface Asked {
  readonly engine: (typeof engines)[number];
  readonly url: string;
  readonly profile?: Partial<z.input<typeof LoadProfile>>;
  readonly flow?: Flow;
  readonly signal?: AbortSignal;
}

async function run({ engine, url, profile, flow, signal }: Asked) {
  const parsed = LoadProfile.parse({
    id: 'under-load',
    title: 'Holds under load',
    engine: engine.name,
    ...(flow ? { flow: flow.id } : { requests: [{ path: '/' }] }),
    connections: 5,
    durationS: 1,
    warmupS: 0,
    timeoutMs: 1000,
    minimumRequests: 20,
    // Generous: the test machine may be busy, and how late our own event loop may be follows from the limit.
    thresholds: { p95Ms: 5000, errorRate: 0.05 },
    ...profile,
  });
  const result = await engine.run({
    profile: parsed,
    flow,
    urls: { app: url },
    run: 'r1',
    planFile: join(import.meta.dirname, 'plan.ts'),
    scratch,
    secret: (name) => process.env[name] ?? '',
    progress: () => undefined,
    signal: signal ?? new AbortController().signal,
  });
  LoadResult.parse(result);
  return { result, finding: loadFinding({ profile: parsed, result, control: 'not-asked' }) };
}

describe.each(engines)('$name', (engine) => {
  // What k6 measured is read by one piece of code, which a few of them try; how each engine measures is in all of them.
  const repeated = engine.name === 'k6';
  const further = (name: string): string => (repeated ? `${name} ${FURTHER}` : name);
  const once = test.skipIf(repeated && !LONG);

  test('says its version', async () => {
    const found = await engine.availability();
    expect(found).toMatchObject({
      available: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });

  test('runs a flow as the suites do, and virtual users never collide', async () => {
    const shop = visitors(TOKEN);
    target = await startTarget((...given) => shop.answer(...given), { keep: true });
    const { result, finding } = await run({ engine, url: target.url, flow: visitorComesBack });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
    expect(result.errors).toEqual({ status: 0, timeout: 0, connection: 0, assertion: 0 });
    const arrivals = target.requests.filter(({ method }) => method === 'POST');
    const emails = arrivals.map(({ body }) => (JSON.parse(body) as { email: string }).email);
    expect(emails.length).toBeGreaterThan(20);
    expect(new Set(emails).size).toBe(emails.length);
    // Both rows of the data pool are used, by users that go on in turn.
    expect(new Set(arrivals.map(({ body }) => (JSON.parse(body) as { plan: string }).plan)).size).toBe(2);
    expect(target.requests.some(({ method, url }) => method === 'GET' && url.endsWith('?again=true'))).toBe(
      true,
    );
    for (const file of await readdir(scratch)) {
      expect(await readFile(join(scratch, file), 'utf8')).not.toContain(TOKEN);
    }
  });

  test('an answer with the wrong shape or content is an error, although its status is right', async () => {
    const shop = visitors(TOKEN, { wrongMailEvery: 3 });
    target = await startTarget((...given) => shop.answer(...given));
    const { result, finding } = await run({ engine, url: target.url, flow: visitorComesBack });
    expect(result.errors.assertion).toBeGreaterThan(result.requests / 10);
    expect(result.errors.status).toBe(0);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });

  test('a flow that uses what a load engine does not have is a fault, never a verdict', async () => {
    target = await startTarget((_request, response) => void response.end('{}'));
    const asked = run({ engine, url: target.url, flow: readsAFile });
    if (engine.name === 'k6') {
      await expect(asked.then(({ finding }) => finding)).resolves.toMatchObject({
        outcome: 'unknown',
        summary: expect.stringContaining('node:fs is not there under load') as string,
      });
    } else {
      // Under Node the file can be read: the same flow simply runs.
      await expect(asked.then(({ finding }) => finding.outcome)).resolves.toBe('pass');
    }
  });

  test('tells the latency of a target that takes 50 ms', async () => {
    target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 50));
    const { result, finding } = await run({ engine, url: target.url, profile: { warmupS: 1 } });
    expect(finding.outcome).toBe('pass');
    expect(result.latency?.p50).toBeGreaterThanOrEqual(49);
    expect(result.latency?.p50).toBeLessThan(75);
    expect(result.latency?.p95).toBeGreaterThanOrEqual(49);
    expect(result.latency?.samples).toBe(result.requests);
    expect(decodeHistogram(result.histogram ?? '').totalCount).toBe(result.requests);
    expect(result.buckets.reduce((sum, bucket) => sum + bucket.requests, 0)).toBe(result.requests);
    expect(result.buckets.some((bucket) => bucket.bytes > 0)).toBe(true);
    // Warm-up made load as well, but is not counted.
    expect(target.count()).toBeGreaterThan(result.requests);
  });

  test('requests that hang are in the tail at the value of the time-out', async () => {
    target = await startTarget((_request, response, index) => {
      if (index % 5 !== 0) response.end('{}');
    });
    const profile = { durationS: 2, timeoutMs: 500, thresholds: { p95Ms: 400 } };
    const { result, finding } = await run({ engine, url: target.url, profile });
    expect(result.errors.timeout / result.requests).toBeGreaterThan(0.15);
    expect(result.errors.timeout / result.requests).toBeLessThan(0.25);
    expect(result.latency?.p95).toBeGreaterThanOrEqual(500);
    expect(result.latency?.p50).toBeLessThan(250);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'p95' });
  });

  once(further('a target that never answers has a latency of the time-out, not none'), async () => {
    target = await startTarget(() => undefined);
    const { result, finding } = await run({
      engine,
      url: target.url,
      profile: { timeoutMs: 300, minimumRequests: 5 },
    });
    expect(result.latency?.p50).toBeGreaterThanOrEqual(300);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });

  test('a dead port is unknown and no p95 of 0', async () => {
    target = await startTarget(() => undefined);
    const { url } = target;
    await target.close();
    target = undefined;
    const { result, finding } = await run({ engine, url });
    expect(result).toMatchObject({ requests: 0, latency: null, histogram: null });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'unreachable' });
  });

  test('a target that dies while load is made is unknown without a control address, and is not hammered', async () => {
    let died = false;
    const dying = await startTarget((_request, response, index) => {
      if (index >= 40 && !died) {
        died = true;
        void dying.close();
      } else setTimeout(() => response.end('{}'), 10);
    });
    const { result, finding } = await run({ engine, url: dying.url });
    expect(result.errors.connection).toBeGreaterThan(0);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'connections-failed' });
    expect(result.latency?.samples).toBe(result.requests - result.errors.connection);
    if (engine.name === 'autocannon') expect(result.requests).toBeLessThan(500);
  });

  test('one third of errors fails by its rate; a redirect is one, and is not followed', async () => {
    target = await startTarget((_request, response, index) => {
      if (index % 3 === 0) response.writeHead(index % 2 === 0 ? 500 : 302, { location: '/' });
      setTimeout(() => response.end('{}'), 5);
    });
    const { result, finding } = await run({ engine, url: target.url });
    expect(result.errors.status / result.requests).toBeCloseTo(1 / 3, 1);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
    expect(result.buckets.reduce((sum, bucket) => sum + bucket.errors, 0)).toBe(result.errors.status);
  });

  test('being stopped ends it early, and its result is unknown', async () => {
    target = await startTarget((_request, response) => void response.end('{}'));
    const { finding } = await run({
      engine,
      url: target.url,
      profile: { durationS: 60 },
      signal: AbortSignal.timeout(2500),
    });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
  });

  test('makes no load after its test has ended', async () => {
    target = await startTarget((_request, response) => void response.end('{}'));
    const asked = run({ engine, url: target.url, signal: AbortSignal.abort() });
    const ended = await asked.then(
      ({ finding }) => finding,
      (error: unknown) => ({ outcome: 'unknown', summary: String(error) }),
    );
    expect(ended.outcome).toBe('unknown');
    expect(ended.summary).toContain('interrupted');
    expect(target.count()).toBe(0);
  });

  test('a certificate that nobody vouches for is not accepted', async () => {
    target = await startTarget((_request, response) => void response.end('{}'), { tls: true });
    const { result, finding } = await run({ engine, url: target.url });
    expect(result.unreachable).toMatch(/SELF_SIGNED|self-signed/i);
    expect(finding.outcome).toBe('unknown');
    expect(target.count()).toBe(0);
  });
});

describe.runIf(k6.available)('k6, open model', () => {
  test('keeps an arrival rate, and says so', async () => {
    target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 20));
    const { result, finding } = await run({
      engine: k6Engine,
      url: target.url,
      profile: { durationS: 2, rate: 40 },
    });
    expect(result).toMatchObject({ model: 'open', targetRate: 40, dropped: 0 });
    expect(result.achievedRate).toBeGreaterThan(38);
    expect(finding.outcome).toBe('pass');
  });

  test('arrivals that find no virtual user are dropped, and that is never a pass', async () => {
    target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 900));
    const profile = {
      durationS: 2,
      rate: 100,
      connections: 2,
      timeoutMs: 5000,
      thresholds: { errorRate: 0.05 },
    };
    const { result, finding } = await run({ engine: k6Engine, url: target.url, profile });
    expect(result.dropped).toBeGreaterThan(0);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'arrivals-dropped' });
  });

  test('a URL that is none is a fault, and no answer of the target', async () => {
    target = await startTarget((request, response) => {
      response.statusCode = request.method === 'POST' ? 200 : 500;
      response.end('{}');
    });
    const requests = [{ method: 'POST', path: '/' }, { path: '/%zz' }] as const;
    const profile = { requests: [...requests], durationS: 1 };
    const { result, finding } = await run({ engine: k6Engine, url: target.url, profile });
    expect(result.faults.join()).toContain('%zz');
    expect(result.requests).toBeGreaterThan(20);
    expect(result.errors.status).toBe(0);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'engine-fault' });
  });

  test('a K6_ variable of the caller changes nothing', async () => {
    process.env['K6_VUS'] = '1';
    process.env['K6_DURATION'] = '30s';
    try {
      target = await startTarget((_request, response) => void setTimeout(() => response.end('{}'), 20));
      const { result } = await run({ engine: k6Engine, url: target.url, profile: { rate: 20 } });
      expect(result.achievedRate).toBeGreaterThan(18);
    } finally {
      delete process.env['K6_VUS'];
      delete process.env['K6_DURATION'];
    }
  });
});

describe('autocannon and connections', () => {
  test.each(['every answer ends its connection', 'the end of the connection ends the body', 'HEAD'])(
    '%s: no request is lost',
    async (name) => {
      target = await startTarget((_request, response) => {
        if (name !== 'HEAD') response.setHeader('connection', 'close');
        if (name === 'the end of the connection ends the body') {
          response.useChunkedEncodingByDefault = false;
          response.removeHeader('transfer-encoding');
          response.write('a');
        } else response.setHeader('content-length', 2);
        const rest = name === 'HEAD' ? undefined : name.startsWith('every') ? '{}' : 'b';
        // This server shares our event loop: at full speed it would be the delay that makes a result unknown.
        setTimeout(() => response.end(rest), 10);
      });
      const method = name === 'HEAD' ? ('HEAD' as const) : ('GET' as const);
      const profile = { requests: [{ path: '/', method }] };
      const { result, finding } = await run({ engine: autocannonEngine, url: target.url, profile });
      expect(result.errors).toEqual({ status: 0, timeout: 0, connection: 0, assertion: 0 });
      // Requests that leave between the end of the window and the timer that stops them are not counted.
      expect(target.count() - result.requests).toBeLessThanOrEqual(5);
      expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
    },
  );

  test('connections that the target drops are counted, and do not shift later answers', async () => {
    target = await startTarget((request, response, index) => {
      if (index % 10 === 0) request.socket.destroy();
      else setTimeout(() => response.end('{}'), 20);
    });
    const { result } = await run({ engine: autocannonEngine, url: target.url });
    expect(result.errors.connection / result.requests).toBeCloseTo(0.1, 1);
    expect(result.latency?.p99).toBeLessThan(200);
  });
});
