import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { webhookSigners } from '../../../suites/adapters/webhooks/index.ts';
import { createControl } from '../../../suites/control.ts';
import { probeEndpoints } from '../../../suites/probes/endpoints-probe.ts';
import { probeFinding, type ProbeTools } from '../../../suites/probe-finding.ts';
import { probeWebhook } from '../../../suites/probes/webhook-probe.ts';
import { wantedRelease, wantedReleaseRuns } from '../../../suites/readiness/wanted-release-runs.ts';

const tools = (send: (request: WireRequest) => Partial<ResponseView>): ProbeTools => ({
  application: {
    send: async (request) => ({ status: 200, headers: {}, body: {}, durationMs: 1, ...send(request) }),
  },
  urls: { app: 'http://shop.test' },
  control: createControl(undefined),
});

const webhook = Probe.parse({
  kind: 'webhook',
  id: 'webhook',
  title: 'Webhook',
  path: '/hooks',
  scheme: 'stripe',
  secret: 'whsec_abc',
  payload: { id: 'evt_1' },
}) as Extract<Probe, { kind: 'webhook' }>;

afterEach(() => void vi.useRealTimers());

test('stale deliveries go last, and are dated by the clock of a receiver that is behind ours', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-20T10:00:00Z') });
  const times: number[] = [];
  const behind = 40;
  const seen = tools((request) => {
    times.push(Number(/t=(\d+)/.exec(request.headers['stripe-signature'] ?? '')?.[1]));
    return { status: 400, headers: { date: new Date(Date.now() - behind * 1000).toUTCString() } };
  });
  const probe = { ...webhook, deliveries: ['stale', 'wrong-secret'] as typeof webhook.deliveries };
  const probed = await probeWebhook(probe, 'whsec_abc', webhookSigners.stripe, seen);
  expect(probed.statements.every((statement) => statement.ok)).toBe(true);
  const ages = times.map((time) => Math.round(Date.now() / 1000 - time));
  expect(ages[0]).toBe(0);
  expect(ages[1]).toBe(301 + behind);
  expect(ages[2]).toBeGreaterThanOrEqual(3600 + behind);
});

test.each([
  [400, 'pass'],
  [401, 'pass'],
  [200, 'fail'],
  [302, 'fail'],
  [404, 'fail'],
  [500, 'fail'],
  [429, 'unknown'],
])('a forged delivery that is answered with %i: %s', async (status, outcome) => {
  const probe = { ...webhook, deliveries: ['unsigned'] as typeof webhook.deliveries };
  const finding = await probeFinding('webhook', () =>
    probeWebhook(
      probe,
      'whsec_abc',
      webhookSigners.stripe,
      tools(() => ({ status })),
    ),
  );
  expect(finding.outcome).toBe(outcome);
});

const source = { path: '/release', endpoint: 'app', id: 'app.id', commit: 'app.commit' };
const says = { app: { id: 'shop-2', commit: 'abcdef1234567890' } };
const release = (wanted: { id?: string; commit?: string }, body: unknown, status = 200, from = source) =>
  probeFinding('wanted-release-runs', () =>
    wantedReleaseRuns(
      from,
      wanted,
      tools(() => ({ body, status })),
      1000,
    ),
  );

test.each([
  ['nothing is wanted', {}, says, 'pass'],
  ['the id matches', { id: 'shop-2' }, says, 'pass'],
  ['a short commit matches', { commit: 'ABCDEF1' }, says, 'pass'],
  ['a commit of six digits is too short to tell', { commit: 'abcdef' }, says, 'fail'],
  ['the id differs', { id: 'shop-3' }, says, 'fail'],
  ['the id matches and the commit differs', { id: 'shop-2', commit: '1234567' }, says, 'fail'],
  ['the document lacks the field', { id: 'shop-2' }, { app: { commit: 'x' } }, 'unknown'],
  ['the document is no object', { id: 'shop-2' }, 'maintenance', 'unknown'],
])('%s', async (_, wanted, body, outcome) => {
  expect((await release(wanted, body)).outcome).toBe(outcome);
});

// What names no release is no other release.
test.each(['unknown', '', null, 'HEAD', '0000000', '${GIT_SHA}', '%COMMIT%', 'main', 'abc', 'b42e9a1-dirty'])(
  'a commit reported as %j is unknown, and not another release',
  async (commit) => {
    const wanted = { id: 'shop-2', commit: 'abcdef1' };
    const finding = await release(wanted, { app: { id: 'shop-2', commit } });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'release-unknown' });
    expect(finding.remedy).toContain('commit');
    // Whatever the commit says: the id is another one.
    expect((await release(wanted, { app: { id: 'shop-1', commit } })).outcome).toBe('fail');
    // And nobody asked for a commit.
    expect((await release({ id: 'shop-2' }, { app: { id: 'shop-2', commit } })).outcome).toBe('pass');
  },
);

test.each(['unknown', '', 'dev', '{{version}}', 'latest'])('an id reported as %j neither', async (id) => {
  expect((await release({ id: 'shop-2' }, { app: { id, commit: 'abcdef1' } })).outcome).toBe('unknown');
});

// A pipeline that hands over its branch takes no traffic back.
test.each(['main', 'HEAD', 'latest', '${VERSION}'])('an id asked for as %j is unknown', async (id) => {
  const finding = await release({ id }, says);
  expect(finding).toMatchObject({ outcome: 'unknown', cause: 'release-unknown' });
  expect(finding.remedy).toContain('--release');
  // Who does call a release so is believed; and another commit is another release, whatever the id.
  expect((await release({ id }, { app: { id, commit: 'abcdef1' } })).outcome).toBe('pass');
  expect((await release({ id, commit: '1234567' }, says)).outcome).toBe('fail');
});

const CACHED: Readonly<Record<string, string>>[] = [
  { age: '120' },
  { 'x-cache': 'HIT' },
  { 'x-cache': 'MISS, HIT' },
  { 'x-cache': 'Hit from cloudfront' },
  { 'cf-cache-status': 'HIT' },
  { 'x-cache': 'TCP_MEM_HIT from a1' },
  { 'cache-status': 'ExampleCache; hit; ttl=30' },
  { 'x-varnish': '32770 3' },
];
const FRESH: Readonly<Record<string, string>>[] = [
  { age: '0' },
  { 'x-cache': 'MISS' },
  { 'cf-cache-status': 'DYNAMIC' },
  { 'cache-status': 'a; fwd=miss' },
];

describe('a release document out of a cache', () => {
  const asking = (answer: (url: string) => Partial<ResponseView>) =>
    probeFinding('wanted-release-runs', () =>
      wantedReleaseRuns(
        source,
        { id: 'shop-3' },
        tools((request) => answer(request.url)),
        1000,
      ),
    );
  test.each(CACHED)('%j is no evidence against the release: it is asked past the cache', async (headers) => {
    const now = { app: { id: 'shop-3', commit: 'abcdef1' } };
    const finding = await asking((url) => (url.includes('?') ? { body: now } : { body: says, headers }));
    expect(finding).toMatchObject({ outcome: 'pass', observedRelease: { id: 'shop-3' } });
  });
  test.each(CACHED)('%j stays unknown where the cache cannot be passed', async (headers) => {
    expect(await asking(() => ({ body: says, headers }))).toMatchObject({
      outcome: 'unknown',
      cause: 'release-cached',
    });
    const same = { app: { id: 'shop-3', commit: 'abcdef1' } };
    expect((await asking(() => ({ body: same, headers }))).outcome).toBe('unknown');
  });
  test.each(FRESH)('but %j is what runs', async (headers) => {
    expect((await asking(() => ({ body: says, headers }))).outcome).toBe('fail');
  });
});

test('a release document that is not there is unknown, and so is a wanted field that nobody publishes', async () => {
  expect((await release({ id: 'shop-2' }, {}, 404)).outcome).toBe('unknown');
  const { id: _id, ...onlyCommit } = source;
  expect((await release({ id: 'shop-2' }, says, 200, onlyCommit as typeof source)).outcome).toBe('unknown');
});

test('one of several instances that still runs the old release is found', async () => {
  let asked = 0;
  const finding = await probeFinding('wanted-release-runs', () =>
    wantedReleaseRuns(
      source,
      { id: 'shop-2' },
      tools(() =>
        (asked += 1) % 3 === 0 ? { body: { app: { id: 'shop-1', commit: 'abcdef1' } } } : { body: says },
      ),
      1000,
    ),
  );
  expect(finding).toMatchObject({
    outcome: 'fail',
    cause: 'other-release',
    measured: 'shop-1',
    observedRelease: { id: 'shop-1' },
  });
});

test('what the command line asks for wins over an environment that something else has set', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlight-wanted-'));
  try {
    const file = join(directory, 'run.json');
    const context = {
      id: 'r',
      nonce: 'n',
      phase: 'post-cutover',
      planFile: 'p',
      runDirectory: directory,
      stateDirectory: directory,
      session: 0,
    };
    const env = {
      GREENLIGHT_RUN: file,
      GREENLIGHT_RELEASE_ID: 'other',
      GREENLIGHT_RELEASE_COMMIT: 'abcdef1',
    };
    writeFileSync(file, JSON.stringify({ ...context, wanted: { id: 'shop-2' } }));
    expect(wantedRelease(env)).toEqual({ id: 'shop-2' });
    writeFileSync(file, JSON.stringify({ ...context, wanted: null }));
    expect(wantedRelease(env)).toEqual({});
    expect(wantedRelease({ GREENLIGHT_RELEASE_ID: 'other' })).toEqual({ id: 'other' });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe('endpoints with a schema', () => {
  const probe = Probe.parse({
    kind: 'endpoints',
    id: 'items',
    title: 'Items',
    paths: ['/items', '/more'],
    schema: z.array(z.object({ id: z.number() })),
  }) as Extract<Probe, { kind: 'endpoints' }>;
  const ask = (second: Partial<ResponseView>) =>
    probeFinding('items', () =>
      probeEndpoints(
        probe,
        tools(({ url }) => (url.endsWith('/items') ? { body: [{ id: 1, more: true }] } : second)),
      ),
    );

  test('pass with bodies of the shape, also with fields beside it', async () => {
    expect(await ask({ body: [] })).toMatchObject({
      outcome: 'pass',
      summary: '2 of 2 paths answered with 200 and the described shape',
    });
  });

  test('fail with another shape, and do not show what is there', async () => {
    const finding = await ask({ body: [{ id: 'of Ann Miller' }] });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'shape' });
    expect(finding.summary).toContain('body.0.id of /more');
    expect(JSON.stringify(finding)).not.toContain('Miller');
  });

  test.each([
    ['another status', { status: 500 }, 'status'],
    [
      'a body that is not what its headers say',
      { undecodable: 'not JSON', body: 'x', text: 'x' },
      'body-undecodable',
    ],
  ])('fail with %s, by that cause', async (_, second, cause) => {
    expect(await ask(second)).toMatchObject({ outcome: 'fail', cause });
  });
});
