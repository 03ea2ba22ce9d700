import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { ErrorCode } from '../../../contract/errors.ts';
import { flow } from '../../../contract/index.ts';
import { parsePlan, type PlanInput } from '../../../contract/plan/plan.ts';
import { ArrivalLag } from '../../../load/engines/k6-operator/arrival-lag.ts';
import { type ExportAsked, exportRun } from '../../../load/engines/k6-operator/export-run.ts';
import { ConfigMapManifest, TestRunManifest } from '../../../load/engines/k6-operator/manifest-schema.ts';
import { K6_ENV } from '../../../load/engines/k6/find.ts';

let scratch: string;
const before = process.env[K6_ENV];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-export-'));
  // Trying the script is the part that needs k6; tests/contracts has it.
  process.env[K6_ENV] = join(scratch, 'no-k6');
});
afterAll(async () => {
  if (before === undefined) delete process.env[K6_ENV];
  else process.env[K6_ENV] = before;
  await rm(scratch, { recursive: true, force: true });
});

const PROFILE = {
  id: 'holds',
  title: 'Holds',
  engine: 'k6',
  requests: [{ path: '/' }],
  rate: 50,
  thresholds: { p95Ms: 250 },
} as const;

function exported(changes: Partial<ExportAsked> = {}, plan: Partial<PlanInput> = {}, profile: object = {}) {
  return exportRun({
    plan: parsePlan({
      target: { name: 'shop', urls: { app: 'https://shop.example.com' } },
      allow: { load: ['shop.example.com'] },
      load: { profiles: [{ ...PROFILE, ...profile }] },
      ...plan,
    }),
    planFile: '/nowhere/greenlight.config.mts',
    profile: 'holds',
    parallelism: 3,
    namespace: 'load',
    image: 'grafana/k6:2.2.0',
    starterImage: undefined,
    secretName: 'greenlight-load',
    separate: false,
    cpu: '1',
    memory: '1Gi',
    secrets: [],
    variables: [],
    env: {},
    scratch,
    now: new Date('2026-01-01T00:00:00Z'),
    ...changes,
  });
}

describe('a profile as a TestRun of k6-operator', () => {
  test('is what the schema says, also after YAML', async () => {
    const { manifest, order, tried } = await exported();
    expect(tried).toBe(false);
    const text = manifest.map((one) => stringify(one, { lineWidth: 0 })).join('---\n');
    const [configMap, testRun] = parseAllDocuments(text).map((document) => document.toJS() as unknown);
    expect(ConfigMapManifest.parse(configMap)).toEqual(manifest[0]);
    const { spec, metadata } = TestRunManifest.parse(testRun);
    expect(spec).toMatchObject({ parallelism: 3, script: { configMap: { name: metadata.name } } });
    expect([spec.runner.image, spec.initializer.image]).toEqual(['grafana/k6:2.2.0', 'grafana/k6:2.2.0']);
    expect(order).toMatchObject({ k6Version: '2.2.0', namespace: 'load', check: 'holds' });
    expect(order.k6.maxVUs % 3).toBe(0);
    // The script carries its own order: the operator's initializer shows it no environment.
    expect(manifest[0].data['script.js']).toContain(order.k6.nonce);
  });

  test('each export has a name of its own, short enough for what the operator adds', async () => {
    const id = 'a-statement-that-is-so-long-that-no-label-of-kubernetes-holds-it';
    const names = [];
    for (let count = 0; count < 2; count += 1)
      names.push((await exported({ profile: id }, {}, { id })).order.name);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(`${name}-service-999`.length).toBeLessThanOrEqual(63);
  });

  test.each<[string, ErrorCode, string, Partial<ExportAsked>, object, Partial<PlanInput>?]>([
    ['an unknown profile', 'NAME_UNKNOWN', 'has no load profile', { profile: 'other' }, {}],
    ['autocannon', 'EXPORT_REFUSED', 'does not run', {}, { engine: 'autocannon', rate: undefined }],
    ['a ramp', 'EXPORT_REFUSED', 'is a ramp', {}, { kind: 'ramp', peak: 100 }],
    ['a closed model', 'EXPORT_REFUSED', 'has no rate', {}, { rate: undefined }],
    [
      'credentials in a URL',
      'SECRET_EXPOSED',
      'holds credentials',
      {},
      {},
      { target: { name: 'shop', urls: { app: 'https://u:hunter22@shop.example.com' } } },
    ],
    ['the image latest', 'IMAGE_UNPINNED', 'which version', { image: 'grafana/k6:latest' }, {}],
    ['an image without a tag', 'IMAGE_UNPINNED', 'which version', { image: 'registry:5000/grafana/k6' }, {}],
    ['an image of k6 1', 'IMAGE_UNPINNED', 'no version of k6 2', { image: 'grafana/k6:1.8.1' }, {}],
    ['a starter that is latest', 'IMAGE_UNPINNED', 'which version', { starterImage: 'starter:latest' }, {}],
    ['a namespace that is none', 'OPTION_INVALID', 'no name of Kubernetes', { namespace: 'Load Tests' }, {}],
    [
      'a variable that is secret',
      'SECRET_EXPOSED',
      'is a secret',
      { variables: ['API_TOKEN'], env: { API_TOKEN: 'x' } },
      {},
    ],
    ['a variable that is not set', 'VARIABLE_MISSING', 'is not set', { variables: ['SHOP_URL'] }, {}],
    ['a secret that the plan does not name', 'NAME_UNKNOWN', 'does not name', { secrets: ['OTHER'] }, {}],
    [
      'a secret in the script',
      'SECRET_EXPOSED',
      'would hold a secret',
      { env: { CATALOGUE_KEY: 'k3y-of-the-catalogue' } },
      { requests: [{ path: '/products?key=k3y-of-the-catalogue' }] },
      { secrets: ['CATALOGUE_KEY'] },
    ],
    [
      'a script that no ConfigMap holds',
      'EXPORT_REFUSED',
      'a ConfigMap holds',
      {},
      { requests: Array.from({ length: 40 }, () => ({ path: `/${'x'.repeat(30_000)}` })) },
    ],
  ])('refuses %s', async (_name, code, said, changes, profile, plan = {}) => {
    await expect(exported(changes, plan, profile)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said) as string,
    });
  });

  test('the guards of a local load hold here, too, whatever way the plan came', async () => {
    const plan = parsePlan({
      target: { name: 'shop', urls: { app: 'https://shop.example.com' } },
      allow: { load: ['shop.example.com'] },
      load: { profiles: [PROFILE] },
    });
    await expect(exported({ plan: { ...plan, allow: { createData: [], load: [] } } })).rejects.toThrow(
      'neither loopback nor allowed for load',
    );
    const caps = { ...plan.load.caps, rate: 10 };
    await expect(exported({ plan: { ...plan, load: { ...plan.load, caps } } })).rejects.toThrow(
      'more load than the plan allows',
    );
  });

  test('a live key is refused, and a digest is taken', async () => {
    await expect(exported({ env: { PAY: 'sk_live_abc123' } }, { secrets: ['PAY'] })).rejects.toMatchObject({
      code: 'LIVE_KEY',
    });
    const image = `grafana/k6:2.2.0@sha256:${'ab'.repeat(32)}`;
    expect((await exported({ image })).manifest[1].spec.runner.image).toBe(image);
  });

  test('runners get the secrets that the flow names, by reference', async () => {
    const walks = flow('walks', { title: 'Walks' }).request('go', {
      request: (ctx) => ({ method: 'GET', path: '/', headers: { authorization: ctx.secret('SHOP_TOKEN') } }),
    });
    const planFile = join(scratch, 'plan.mjs');
    await writeFile(planFile, `export default { flows: [{ id: 'walks', options: {}, steps: [] }] };`);
    const { manifest, secrets } = await exported(
      { planFile, env: { SHOP_TOKEN: 'value-of-the-token' } },
      { flows: [walks], secrets: ['SHOP_TOKEN', 'DATABASE_URL'] },
      { requests: undefined, flow: 'walks' },
    );
    expect(secrets).toEqual(['SHOP_TOKEN']);
    expect(manifest[1].spec.runner.env).toContainEqual({
      name: 'SHOP_TOKEN',
      valueFrom: { secretKeyRef: { name: 'greenlight-load', key: 'SHOP_TOKEN' } },
    });
    expect(JSON.stringify(manifest)).not.toContain('value-of-the-token');
  });
});

describe('how late arrivals began', () => {
  const lagOf = (at: readonly number[]): number | null => {
    const lag = new ArrivalLag(10);
    at.forEach(lag.add);
    return lag.p99Ms;
  };
  const even = Array.from({ length: 50 }, (_, index) => 1000 + index * 100);

  test('even arrivals are on time, in whatever order they end', () => {
    expect(lagOf(even)).toBe(0);
    expect(lagOf([...even].reverse())).toBe(0);
  });

  test('a k6 that stood still for 350 ms made its arrivals late', () => {
    expect(lagOf(even.map((at) => (at > 3000 && at < 3350 ? 3350 : at)))).toBeCloseTo(250);
  });

  test('nothing is known without arrivals', () => expect(lagOf([])).toBeNull());
});
