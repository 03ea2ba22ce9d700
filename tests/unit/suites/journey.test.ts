import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { equal, flow, type Flow } from '../../../contract/index.ts';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import type { ObservePort, PortName } from '../../../contract/ports/observe.ts';
import { checksOfPart } from '../../../contract/evidence/shard.ts';
import { runJourney } from '../../../suites/flows/run-flow.ts';
import { toldFindings } from '../../../suites/flows/told-findings.ts';
import { flowRunOn, listen, type Listening } from './run-flow-on.ts';

// A journey runs once, and each of its steps may be a check of its own.
let server: Listening;
let broken = '';

beforeAll(async () => {
  server = await listen((request, response) => {
    response.statusCode = request.url === broken ? 500 : 200;
    response.end('{}');
  });
});
afterAll(() => server.close());

const get = (at: string) => ({ request: () => ({ method: 'GET' as const, path: at }) });
const seen = (check: string | undefined, ok: () => boolean, capture?: () => object) => ({
  port: 'records' as const,
  ...(check === undefined ? {} : { check }),
  query: () => ({ from: 'orders', where: {} }),
  withinMs: 1,
  expect: () => [equal('row', ok(), true)],
  ...(capture === undefined ? {} : { capture: capture as () => Record<string, unknown> }),
});

let row = true;
const registered = flow('visitor-can-register', { title: 'A visitor can register', area: 'accounts' })
  .request('register', { title: 'The form is taken', check: 'registration-is-taken', ...get('/register') })
  .observe(
    'row',
    seen('registration-is-stored', () => row),
  )
  .request('log in', { check: 'visitor-can-log-in', ...get('/log-in') });

const port = (): ObservePort<PortName> => ({
  find: () => Promise.resolve({ rows: [] }),
  ready: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
const IDS = ['registration-is-taken', 'registration-is-stored', 'visitor-can-log-in'];

async function journey(subject: unknown = registered, ids: readonly string[] = IDS) {
  server.asked.length = 0;
  const made = flowRunOn(server.url, subject as Flow, { stepChecks: new Set(ids), port: port as never });
  const { finding, ofSteps } = await runJourney(made);
  const outcomes = Object.fromEntries([...ofSteps].map(([id, one]) => [id, one.outcome]));
  return { finding, ofSteps, outcomes };
}

describe('one run', () => {
  test('tells every check, and sends each request once', async () => {
    [broken, row] = ['', true];
    const { finding, outcomes, ofSteps } = await journey();
    expect(finding).toMatchObject({ check: 'visitor-can-register', outcome: 'pass' });
    expect(outcomes).toEqual(Object.fromEntries(IDS.map((id) => [id, 'pass'])));
    expect(ofSteps.get('registration-is-taken')).toMatchObject({ sampleSize: 1 });
    expect(server.asked).toEqual(['GET /register', 'GET /log-in']);
  });

  test('that stops: later checks are unknown and name the step, never passed', async () => {
    [broken, row] = ['/register', true];
    const { finding, outcomes, ofSteps } = await journey();
    expect(finding.outcome).toBe('fail');
    expect(outcomes).toEqual({
      'registration-is-taken': 'fail',
      'registration-is-stored': 'unknown',
      'visitor-can-log-in': 'unknown',
    });
    expect(ofSteps.get('visitor-can-log-in')).toMatchObject({
      cause: 'journey-stopped',
      summary: expect.stringContaining('"The form is taken"') as string,
      remedy: 'see the check visitor-can-register',
    });
  });

  test('that our own side stops: nothing is known about what comes after', async () => {
    [broken, row] = ['', true];
    const odd = registered
      .as('odd', { title: 'x' })
      .request('odd', {
        check: 'odd-step',
        request: () => ({ method: 'POST', path: '/o', data: 1 }) as never,
      })
      .request('after', { check: 'after-it', ...get('/after') });
    const { outcomes } = await journey(odd, ['odd-step', 'after-it']);
    expect(outcomes).toEqual({ 'odd-step': 'unknown', 'after-it': 'unknown' });
  });

  test('an observation with a check of its own that nobody builds on stops nobody', async () => {
    [broken, row] = ['', false];
    const { finding, outcomes } = await journey();
    expect(outcomes).toEqual({
      'registration-is-taken': 'pass',
      'registration-is-stored': 'fail',
      'visitor-can-log-in': 'pass',
    });
    expect(finding.outcome).toBe('pass');
    // What it says is not a part of the flow's own finding.
    expect(JSON.stringify(finding.detail)).not.toContain('"fail"');
  });

  test('an observation whose capture is used does stop', async () => {
    [broken, row] = ['', false];
    const used = flow('f', { title: 'x' })
      .observe(
        'row',
        seen(
          'row-is-there',
          () => row,
          () => ({ id: 1 }),
        ),
      )
      .request('next', { check: 'next-works', ...get('/next') });
    const { finding, outcomes } = await journey(used, ['row-is-there', 'next-works']);
    expect(outcomes).toEqual({ 'row-is-there': 'fail', 'next-works': 'unknown' });
    expect(finding.outcome).toBe('fail');
    row = true;
  });
});

describe('the manifest', () => {
  const longer = registered
    .as('visitor-can-order', { title: 'A visitor can order' })
    .request('order', get('/o'));
  const planOf = (flows: unknown[], extra: object = {}) =>
    parsePlan({
      target: {
        name: 't',
        urls: { app: server.url },
        records: { adapter: 'postgres', url: 'postgres://127.0.0.1:1/x' },
      },
      flows,
      ...extra,
    });

  test('has the checks of steps, once where flows share them, with ids and titles of their own', () => {
    const manifest = checksOf(planOf([registered, longer]), 'post-cutover').filter(
      ({ source }) => source === 'flow',
    );
    expect(manifest.map(({ id, title, partOf }) => [id, title, partOf])).toEqual([
      ['visitor-can-register', 'A visitor can register', undefined],
      ['registration-is-taken', 'The form is taken', 'visitor-can-register'],
      ['registration-is-stored', 'row', 'visitor-can-register'],
      ['visitor-can-log-in', 'log in', 'visitor-can-register'],
      ['visitor-can-order', 'A visitor can order', undefined],
    ]);
    // Alone, the longer flow tells them itself.
    expect(checksOf(planOf([longer]), 'post-cutover').map(({ id }) => id)).toContain('visitor-can-log-in');
  });

  test('keeps a journey and its steps in one share', () => {
    const manifest = checksOf(planOf([registered, longer]), 'post-cutover');
    for (const of of [2, 3]) {
      const shares = Array.from({ length: of }, (_, index) =>
        checksOfPart(manifest, { kind: 'share', index: index + 1, of }).map(({ id }) => id),
      );
      const holder = shares.filter((ids) => ids.includes('visitor-can-register'));
      expect(holder).toHaveLength(1);
      for (const id of IDS) {
        expect(holder[0]).toContain(id);
        expect(shares.filter((ids) => ids.includes(id))).toHaveLength(1);
      }
    }
  });

  test('its ids may be advisory, and must be their own', () => {
    const policy = { default: { advisory: ['visitor-can-log-in'] } };
    const { severity } =
      checksOf(planOf([registered], { policy }), 'post-cutover').find(
        ({ id }) => id === 'visitor-can-log-in',
      ) ?? {};
    expect(severity).toBe('advisory');
    const other = flow('visitor-can-log-in', { title: 'x' }).request('x', get('/'));
    expect(() => planOf([registered, other])).toThrow();
    const twice = flow('twice', { title: 'x' }).request('x', { check: 'registration-is-taken', ...get('/') });
    expect(() => planOf([registered, twice])).toThrow();
    const never = flow('never', { title: 'x', check: false }).request('x', { check: 'a-b', ...get('/') });
    expect(() => planOf([registered, never])).toThrow();
    const noId = flow('no-id', { title: 'x' }).request('x', { check: 'No Id', ...get('/') });
    expect(() => planOf([noId])).toThrow();
  });
});

test('what was told is taken once, and a later try does not hide an earlier one', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-told-'));
  try {
    const finding = (outcome: 'pass' | 'fail') => ({ check: 'a-b', outcome, summary: 'x' }) as const;
    const told = toldFindings(directory, 'flow 0');
    told.keep(finding('fail'));
    told.keep(finding('pass'));
    expect(toldFindings(directory, 'flow 1').take('a-b')).toBeUndefined();
    expect(told.take('a-b')).toEqual(finding('fail'));
    expect(told.take('a-b')).toBeUndefined();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
