import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { equal, flow, type Flow } from '../../../contract/index.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { type ObservePort, type PortName, PortUnavailable } from '../../../contract/ports/observe.ts';
import { CannotTell } from '../../../suites/cannot-tell.ts';
import { type Control, createControl } from '../../../suites/control.ts';
import type { FlowRun } from '../../../suites/flows/flow-run.ts';
import { longestRun, runFlow } from '../../../suites/flows/run-flow.ts';
import { neverDelayed } from '../../never-delayed.ts';

const answer = (body: unknown, extra: Partial<ResponseView> = {}): ResponseView => ({
  status: 200,
  headers: {},
  durationMs: 12,
  body,
  ...extra,
});

interface Setting {
  readonly send?: (request: WireRequest) => Promise<ResponseView>;
  readonly port?: Partial<ObservePort<PortName>>;
  readonly record?: (what: string) => Promise<void>;
  readonly control?: Control;
}

function runOf(subject: unknown, setting: Setting = {}): FlowRun {
  let made = 0;
  return {
    check: 'it-works',
    flow: subject as Flow,
    startedAt: Date.now(),
    urls: { app: 'http://shop.test' },
    budgetMs: 1000,
    context: { unique: () => `gl-${(made += 1)}`, data: {}, secret: () => 's' },
    application: { send: setting.send ?? (async () => answer({})) },
    port: () =>
      ({ find: async () => null, ready: async () => {}, close: async () => {}, ...setting.port }) as never,
    openPage: async () => {
      throw new CannotTell('browser-missing', 'no browser was found', { remedy: 'install one' });
    },
    closePage: async () => {},
    recordCreated: ({ kind, identity }) => setting.record?.(`${kind} ${identity}`) ?? Promise.resolve(),
    control: setting.control ?? createControl(undefined),
    watchOwnDelay: neverDelayed,
  };
}

const start = flow('it-works', { title: 'It works' });
const mail = {
  id: '1',
  from: '',
  to: [],
  subject: 'Hi',
  text: '',
  html: '',
  links: [],
  headers: {},
  receivedAt: new Date().toISOString(),
};

afterEach(() => void vi.restoreAllMocks());

describe('requests', () => {
  test('captures reach later steps', async () => {
    const subject = start
      .request('one', {
        request: () => ({ method: 'GET', path: '/one' }),
        response: z.object({ id: z.string() }),
        capture: ({ body }) => ({ id: body.id }),
      })
      .request('two', { request: ({ captured }) => ({ method: 'GET', path: `/two/${captured.id}` }) });
    const asked: string[] = [];
    const finding = await runFlow(
      runOf(subject, {
        send: async ({ url }) => {
          asked.push(url);
          return answer({ id: 'x7' });
        },
      }),
    );
    expect(finding).toMatchObject({ outcome: 'pass', sampleSize: 2 });
    expect(asked).toEqual(['http://shop.test/one', 'http://shop.test/two/x7']);
  });

  test('what is created is recorded before the request leaves; without the record nothing is sent', async () => {
    const subject = start
      .given((ctx) => ({ mail: ctx.unique() }))
      .request('make', {
        creates: ({ captured }) => ({ kind: 'customer', identity: captured.mail }),
        request: () => ({ method: 'POST', path: '/' }),
      });
    const order: string[] = [];
    const send = async () => {
      order.push('sent');
      return answer({});
    };
    const record = async (what: string) => {
      await sleep(5);
      order.push(what);
    };
    expect((await runFlow(runOf(subject, { send, record }))).outcome).toBe('pass');
    expect(order).toEqual(['customer gl-1', 'sent']);
    const full = async () => Promise.reject(new Error('no space left on device'));
    const finding = await runFlow(runOf(subject, { send, record: full }));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'ledger-unwritable' });
    expect(finding.summary).toContain('no space left on device');
    expect(order).toEqual(['customer gl-1', 'sent']);
  });

  test('an answer after the budget fails, although it is right', async () => {
    const subject = start.request('ask', { request: () => ({ method: 'GET', path: '/' }), budgetMs: 100 });
    const finding = await runFlow(runOf(subject, { send: async () => answer({}, { durationMs: 101 }) }));
    expect(finding).toMatchObject({
      outcome: 'fail',
      cause: 'budget',
      measured: 101,
      expected: '<= 100',
      unit: 'ms',
      summary: 'Step "ask": answer time: 101 ms, expected <= 100 ms',
    });
  });

  test.each([
    [
      'the request throws',
      {
        request: () => {
          throw new RangeError('no row');
        },
      },
      'RangeError: no row',
    ],
    [
      'the endpoint is not known',
      { request: () => ({ method: 'GET', path: '/', endpoint: 'api' }) },
      'no URL for endpoint "api"',
    ],
    [
      'the expectation throws',
      {
        request: () => ({ method: 'GET', path: '/' }),
        expect: () => {
          throw new TypeError('x');
        },
      },
      'TypeError: x',
    ],
    [
      'the schema throws',
      {
        request: () => ({ method: 'GET', path: '/' }),
        response: () => {
          throw new Error('bad schema');
        },
      },
      'bad schema',
    ],
  ])('%s: unknown, and it names the step', async (_, step, words) => {
    const finding = await runFlow(runOf(start.request('ask', step as never)));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flow-threw' });
    expect(finding.summary).toContain(words);
    expect(finding.summary).toContain('step "ask"');
  });

  test('an error that says nothing about the target is unknown', async () => {
    const subject = start.request('ask', { request: () => ({ method: 'GET', path: '/' }) });
    const finding = await runFlow(
      runOf(subject, { send: async () => Promise.reject(new Error('out of memory')) }),
    );
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'harness' });
  });

  test('no answer: fail without a control address, unknown when it is silent', async () => {
    const subject = start.request('ask', { request: () => ({ method: 'GET', path: '/' }) });
    const send = async () => Promise.reject(new TargetUnreachable('refused', 'connect ECONNREFUSED'));
    expect(await runFlow(runOf(subject, { send }))).toMatchObject({
      outcome: 'fail',
      cause: 'no-answer',
      measured: 'connection refused',
    });
    const silent: Control = { ask: async () => 'silent', answer: 'silent' };
    expect(await runFlow(runOf(subject, { send, control: silent }))).toMatchObject({
      outcome: 'unknown',
      cause: 'network',
    });
  });
});

describe('observations', () => {
  const watch = (withinMs: number) =>
    start.observe('mail', {
      port: 'mailbox',
      query: () => ({ to: 'a@b.test' }),
      expect: ({ body }) => [equal('subject', body.subject, 'Hi')],
      withinMs,
    });

  test('looks until it holds', async () => {
    let looks = 0;
    const find = async () => ((looks += 1) < 3 ? null : mail);
    expect((await runFlow(runOf(watch(10_000), { port: { find } }))).outcome).toBe('pass');
    expect(looks).toBe(3);
  });

  test('fails with the last thing seen when the time is over', async () => {
    let looks = 0;
    // The time is over with the second look, however long either takes here.
    vi.spyOn(performance, 'now').mockImplementation(() => (looks < 2 ? 0 : 300));
    const find = async () => ((looks += 1) === 1 ? null : { ...mail, subject: 'Ho' });
    const finding = await runFlow(runOf(watch(300), { port: { find } }));
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'comparison', expected: 'Hi' });
    expect(finding.measured).toBe('a text of 2 characters (another one from character 2 on)');
    expect(looks).toBe(2);
  });

  test.each([
    ['an hour before the flow', new Date(Date.now() - 3_600_000).toISOString()],
    ['at a time that cannot be read', ''],
  ])('a mail received %s never holds: it may be the one of an earlier run', async (_, receivedAt) => {
    const find = async () => ({ ...mail, receivedAt });
    expect(await runFlow(runOf(watch(300), { port: { find } }))).toMatchObject({
      outcome: 'unknown',
      cause: 'stale-mail',
    });
  });

  test('a new mail holds although an old one was there before', async () => {
    let looks = 0;
    const old = { ...mail, receivedAt: new Date(Date.now() - 3_600_000).toISOString() };
    const find = async () => ((looks += 1) < 3 ? old : mail);
    expect((await runFlow(runOf(watch(10_000), { port: { find } }))).outcome).toBe('pass');
  });

  const rows = { rows: [{ id: 1 }] };
  const gone = (withinMs: number, forMs: number) =>
    start.observe('row', {
      port: 'records',
      query: () => ({ from: 'orders', where: { id: 1 } }),
      withinMs,
      absent: { forMs },
    });
  // Looks are counted instead of milliseconds: each moves the clock on by 100.
  const lookedAt = async (there: (look: number) => boolean, withinMs: number, forMs: number) => {
    let looks = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => looks * 100);
    const find = async () => (there(++looks) ? rows : null) as never;
    return runFlow(runOf(gone(withinMs, forMs), { port: { find } }));
  };
  test.each<[string, (look: number) => boolean, Finding['outcome']]>([
    ['never comes: it is absent', () => false, 'pass'],
    ['is there all the time', () => true, 'fail'],
    ['goes in time', (look) => look < 3, 'pass'],
    ['comes late', (look) => look > 2, 'fail'],
    ['comes for a moment in the middle, and goes', (look) => look === 2, 'pass'],
  ])('a row that %s', async (_, there, outcome) => {
    const finding = await lookedAt(there, 500, 300);
    expect(finding).toMatchObject({ outcome });
    if (outcome === 'fail') expect(finding).toMatchObject({ cause: 'row-there', measured: 'a row is there' });
  });

  test('a store that cannot be asked shows no absence', async () => {
    const away = async () => Promise.reject(new PortUnavailable('records', 'gone', 'start it'));
    expect(await runFlow(runOf(gone(300, 0), { port: { find: away } }))).toMatchObject({
      outcome: 'unknown',
      cause: 'port-unavailable',
    });
  });

  test('a port that stays away is unknown; one that hiccups is asked again', async () => {
    const away = async () => Promise.reject(new PortUnavailable('mailbox', 'gone', 'start it'));
    expect(await runFlow(runOf(watch(300), { port: { find: away } }))).toMatchObject({
      outcome: 'unknown',
      cause: 'port-unavailable',
      remedy: 'start it',
    });
    let looks = 0;
    const hiccup = async () => ((looks += 1) === 1 ? away() : mail);
    expect((await runFlow(runOf(watch(10_000), { port: { find: hiccup } }))).outcome).toBe('pass');
  });

  test('a port that throws anything else is unknown', async () => {
    const find = async () => Promise.reject(new TypeError('reader is broken'));
    expect(await runFlow(runOf(watch(300), { port: { find } }))).toMatchObject({
      outcome: 'unknown',
      cause: 'port-threw',
    });
  });

  test('a payment in live mode fails, whatever else is compared', async () => {
    const subject = start.observe('pay', { port: 'payments', query: () => ({ id: 'pi_1' }), withinMs: 50 });
    const find = async () => ({ id: 'pi_1', livemode: true }) as never;
    expect(await runFlow(runOf(subject, { port: { find } }))).toMatchObject({
      outcome: 'fail',
      cause: 'live-payment',
      summary: 'Step "pay": livemode: true, expected false',
    });
  });
});

test('a missing browser is unknown with its remedy, after the steps that need none', async () => {
  const subject = start
    .request('ask', { request: () => ({ method: 'GET', path: '/' }) })
    .page('drive', { run: async () => ({}) });
  const finding = await runFlow(runOf(subject));
  expect(finding).toMatchObject({
    outcome: 'unknown',
    cause: 'browser-missing',
    remedy: 'install one',
    summary: 'Step "drive": no browser was found',
  });
  expect(finding.detail?.kind === 'flow' && finding.detail.steps.map((step) => step.outcome)).toEqual([
    'pass',
    'unknown',
  ]);
});

test('a flow without a step that acts has shown nothing', async () => {
  expect((await runFlow(runOf(start.given(() => ({ a: 1 }))))).outcome).toBe('unknown');
});

test('the longest run is the sum of all budgets', () => {
  const subject = start
    .request('a', { request: () => ({ method: 'GET', path: '/' }) })
    .request('b', { request: () => ({ method: 'GET', path: '/' }), budgetMs: 50 })
    .observe('c', { port: 'mailbox', query: () => ({ to: 'x' }) })
    .page('d', { run: async () => ({}) });
  expect(longestRun({ flow: subject, budgetMs: 1000 })).toBe(1000 + 50 + 10_000 + 30_000);
});

describe('a time in which this process did not run is not the target being slow', () => {
  const late = (durationMs: number): Setting => ({ send: async () => answer({}, { durationMs }) });
  const noAnswer: Setting = {
    send: async (_request, budgetMs?: number) => {
      await sleep(budgetMs ?? 0);
      throw new TargetUnreachable('timeout', 'Request timed out');
    },
  };
  const ask = start.request('ask', { request: () => ({ method: 'GET', path: '/' }), budgetMs: 200 });
  const see = start.observe('see', {
    port: 'records',
    query: () => ({ from: 'orders', where: {} }),
    withinMs: 200,
  });
  const lost = (lostMs: number) => () => ({ lostMs: () => lostMs, stop: () => undefined });

  test.each([
    ['an answer that was measured late', ask, late(8100), 8000],
    ['no answer within the budget', ask, noAnswer, 150],
    ['nothing seen within its time', see, {}, 150],
  ])('%s is unknown, and says whose time it was', async (_name, subject, setting, lostMs) => {
    const finding = await runFlow({ ...runOf(subject, setting), watchOwnDelay: lost(lostMs) });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'own-delay' });
    expect(finding.summary).toContain(`did not run for ${lostMs} ms`);
  });

  test.each([
    ['an answer that is late without it', ask, late(8100), 300],
    ['an answer that is late while we ran', ask, late(250), 0],
    ['no answer while we ran', ask, noAnswer, 10],
    ['nothing seen while we ran', see, {}, 10],
    ['a wrong status, however late we were', ask, { send: async () => answer({}, { status: 500 }) }, 8000],
  ])('%s still fails', async (_name, subject, setting: Setting, lostMs) => {
    const finding = await runFlow({ ...runOf(subject, setting), watchOwnDelay: lost(lostMs) });
    expect(finding.outcome).toBe('fail');
  });
});
