import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan, type PlanInput } from '../../../contract/plan/plan.ts';
import { runComparison } from '../../../load/compare/run-comparison.ts';
import { loadEngines } from '../../../load/engines/index.ts';
import { runProfile } from '../../../load/run-profile.ts';
import { startTarget, type FakeTarget } from './target.ts';

const k6 = await loadEngines.k6.availability();
if (!k6.available) console.warn(`\nSKIPPED: headers through k6: ${k6.reason}. ${k6.remedy}\n`);

/** k6 reads secrets out of the environment that it inherits. */
const SECRETS = { NEW_KEY: 'key-of-new', OLD_KEY: 'key-of-old' };
/** What the new shop needs: a key of the target, and a header of the request. */
const needed = { 'x-shop-key': 'key-of-new', 'x-page': 'list' };
let scratch: string;
const shops: Shop[] = [];

interface Shop {
  readonly target: FakeTarget;
  let: number;
  refused: number;
}

/** A shop whose every route needs these headers; whoever comes without them is turned away. */
async function shopThatNeeds(needed: Readonly<Record<string, string>>): Promise<Shop> {
  const shop: { target?: FakeTarget; let: number; refused: number } = { let: 0, refused: 0 };
  shop.target = await startTarget(({ headers }, response) => {
    const known = Object.entries(needed).every(([name, value]) => headers[name] === value);
    shop[known ? 'let' : 'refused'] += 1;
    setTimeout(() => response.writeHead(known ? 200 : 401).end('{}'), 5);
  });
  shops.push(shop as Shop);
  return shop as Shop;
}

beforeEach(async () => {
  for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value);
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-headers-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const { target } of shops.splice(0)) await target.close();
  await rm(scratch, { recursive: true, force: true });
});

const quiet = () => ({
  ...{ run: 'r1', scratch, planFile: '', progress: () => undefined },
  secret: (name: string) => process.env[name] ?? '',
  signal: new AbortController().signal,
});

type Engine = 'autocannon' | 'k6';
type Requests = NonNullable<NonNullable<PlanInput['load']>['profiles']>[number]['requests'];

async function load(engine: Engine, target: PlanInput['target'], requests: Requests): Promise<Finding> {
  const plan = parsePlan({
    target,
    load: {
      profiles: [
        {
          ...{ id: 'holds', title: 'Holds', engine, requests, connections: 2, durationS: 1, warmupS: 0 },
          ...{ minimumRequests: 10, thresholds: { errorRate: 0.1 } },
        },
      ],
    },
  });
  const [profile] = plan.load.profiles;
  if (profile === undefined) throw new Error('no profile');
  return runProfile({ ...quiet(), plan, profile, engine: loadEngines[engine] });
}

/** With autocannon: k6 gets its headers in the same order, and its shortest comparison takes a minute. */
async function compare(target: PlanInput['target'], requests: Requests): Promise<Finding> {
  const plan = parsePlan({
    target,
    load: {
      comparisons: [
        {
          ...{
            id: 'as-fast',
            title: 'As fast',
            engine: 'autocannon' as const,
            requests: requests as never,
            rounds: 6,
          },
          ...{
            blockS: 0.2,
            warmupS: 0.2,
            connections: 2,
            percentile: 'p50',
            margin: 5,
          },
        },
      ],
    },
  });
  const [comparison] = plan.load.comparisons;
  if (comparison === undefined) throw new Error('no comparison');
  return runComparison({ ...quiet(), plan, comparison, engine: loadEngines.autocannon });
}

describe.each(['autocannon', 'k6'] as const)('a shop that needs a key, under %s', (engine) => {
  const here = test.runIf(engine !== 'k6' || k6.available);

  here('answers load that brings the headers of the target and those of the request', async () => {
    const shop = await shopThatNeeds(needed);
    const target = {
      ...{ name: 'shop', urls: { app: shop.target.url } },
      headers: { 'X-Shop-Key': { secret: 'NEW_KEY' } },
    };
    const finding = await load(engine, target, [
      { path: '/', headers: { 'X-Page': 'list' } },
      { path: '/more', headers: { 'x-page': 'list' } },
    ]);
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(shop).toMatchObject({ refused: 0 });
    expect(shop.let).toBeGreaterThan(10);
  });

  here.each<[string, object, Requests]>([
    ['that of the target', {}, [{ path: '/', headers: { 'x-page': 'list' } }]],
    ['that of the request', { headers: { 'x-shop-key': { secret: 'NEW_KEY' } } }, [{ path: '/' }]],
  ])('refuses load without %s, which is told', async (_, more, requests) => {
    const shop = await shopThatNeeds(needed);
    const target = { name: 'shop', urls: { app: shop.target.url }, ...more };
    const finding = await load(engine, target, requests);
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'error-rate', measured: 100 });
    expect(shop).toMatchObject({ let: 0 });
  });
});

test('a shop is compared with an old one that needs another key: each gets its own, and both those of the request', async () => {
  const old = await shopThatNeeds({ 'x-old-key': 'key-of-old', 'x-page': 'list' });
  const next = await shopThatNeeds(needed);
  const target = {
    ...{ name: 'shop', urls: { app: next.target.url } },
    headers: { 'x-shop-key': { secret: 'NEW_KEY' } },
    old: { urls: { app: old.target.url }, headers: { 'x-old-key': { secret: 'OLD_KEY' } } },
  };
  const requests = [{ path: '/', headers: { 'x-page': 'list' } }];
  const finding = await compare(target, requests);
  // How long the answers took is not asked here: nobody was refused on either side.
  expect(finding.outcome, finding.summary).not.toBe('fail');
  expect([old.refused, next.refused]).toEqual([0, 0]);
  expect(Math.min(old.let, next.let)).toBeGreaterThan(10);
});

test('a comparison whose key is for old alone fails on new, and is no difference of speed', async () => {
  const old = await shopThatNeeds({ 'x-old-key': 'key-of-old' });
  const next = await shopThatNeeds({ 'x-shop-key': 'key-of-new' });
  const finding = await compare(
    {
      ...{ name: 'shop', urls: { app: next.target.url } },
      old: { urls: { app: old.target.url }, headers: { 'x-old-key': { secret: 'OLD_KEY' } } },
    },
    [{ path: '/' }],
  );
  expect(finding.outcome, finding.summary).toBe('fail');
  expect(finding.summary).toContain('100.0 % of the requests fail on new');
  expect(next).toMatchObject({ let: 0 });
});
