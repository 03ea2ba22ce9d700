import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { cleanUpRun, sweepLedger, undoEarlier } from '../../../run/run-undo.ts';
import { SURE_AFTER_MS } from '../../../safety/settle-entries.ts';
import type { CreatedData } from '../../../suites/created-data.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeBreakers } from '../../../suites/probes/breakers-probe.ts';
import { probeFlags } from '../../../suites/probes/flags-probe.ts';
import { aboutThirdParty } from '../../../suites/third-party.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type JsonServer, planOf, startJson, startLedger, type TestLedger, toolsOf } from './look-at.ts';
import { allStarted } from '../../all-started.ts';

type Over = Readonly<Record<string, unknown>>;

let cluster: TestCluster;
let database: string;
let server: JsonServer;
let ledger: TestLedger;
beforeAll(async () => {
  [cluster, server] = await allStarted([startCluster(), startJson()]);
  database = await cluster.database(
    'shop',
    'create table feature_flags(flag_key text, is_enabled boolean, rollout_percentage int)',
  );
});
afterAll(() => Promise.all([cluster.stop(), server.close()]));
beforeEach(async () => {
  ledger = await startLedger();
});
afterEach(() => ledger.remove());

/** The target: its flags, its breakers, and what it is told. */
const state = {
  flags: new Map<string, boolean>(),
  breakers: new Map<string, string>(),
  told: [] as string[],
};
const broken = { ignores: false, refuses: 0, sticks: false };
beforeEach(() => {
  state.flags = new Map([
    ['rate_limiting_enabled', true],
    ['community_enabled', false],
  ]);
  state.breakers = new Map([
    ['stripe', 'CLOSED'],
    ['twilio', 'closed'],
    ['test-provider', 'closed'],
  ]);
  state.told = [];
  Object.assign(broken, { ignores: false, refuses: 0, sticks: false });
  server.answer = (request, body) => {
    const { method = '', url = '' } = request;
    if (method !== 'GET' && !url.startsWith('/ofrep')) state.told.push(`${url} ${body}`.trim());
    const [, flag] = /^\/flags\/(\w+)$/.exec(url) ?? [];
    const [, provider, what] = /^\/breakers\/([\w-]+)\/(\w+)$/.exec(url) ?? [];
    const [, evaluated] = /^\/ofrep\/v1\/evaluate\/flags\/(\w+)$/.exec(url) ?? [];
    if (method === 'PUT' && broken.refuses > 0) return [broken.refuses, {}];
    if (flag !== undefined && method === 'PUT') {
      const { on } = JSON.parse(body) as { on: boolean };
      if (!broken.ignores && !(broken.sticks && on)) state.flags.set(flag, on);
      return [200, {}];
    }
    if (provider !== undefined && method === 'POST') {
      if (!broken.ignores && !(broken.sticks && what === 'reset'))
        state.breakers.set(provider, what === 'trip' ? 'open' : 'closed');
      return [200, {}];
    }
    if (evaluated !== undefined) {
      const on = state.flags.get(evaluated);
      const { context } = JSON.parse(body) as { context: { targetingKey: string } };
      if (evaluated === 'half')
        return [200, { key: 'half', value: Number(context.targetingKey.split('-')[1]) % 2 === 0 }];
      return on === undefined
        ? [404, { key: evaluated, errorCode: 'FLAG_NOT_FOUND' }]
        : [200, { key: evaluated, value: on, reason: 'STATIC' }];
    }
    if (url === '/flags')
      return [
        200,
        { flags: [...state.flags].map(([key, enabled]) => ({ key, enabled, rollout: enabled ? 100 : 0 })) },
      ];
    if (url === '/breakers')
      return [200, Object.fromEntries([...state.breakers].map(([name, said]) => [name, { state: said }]))];
    return [404, {}];
  };
});

async function look(probe: Over, allow: Over = {}): Promise<Finding> {
  const { plan, probe: flags } = planOf(
    'flags',
    probe,
    { urls: { app: server.url }, databases: { main: database } },
    allow,
  );
  const around = { target: plan.target, tools: toolsOf(plan), budgetMs: flags.budgetMs };
  return probeFinding('the-check', () => probeFlags(flags, around, ledger.created(plan)));
}

describe('flags in a table, as document 003 has them', () => {
  const source = {
    adapter: 'sql',
    database: 'main',
    sql: 'select flag_key as flag, is_enabled as enabled, rollout_percentage as percent from feature_flags',
  };
  const flags = {
    community_enabled: { on: false, percent: 0 },
    notifications_enabled: { on: false, percent: 1 },
    rate_limiting_enabled: { on: true, percent: 100 },
    circuit_breakers_enabled: { on: true, percent: 100 },
    budget_guards_enabled: { on: true, percent: 100 },
  };
  const fill = () =>
    cluster.run(
      'shop',
      `delete from feature_flags; insert into feature_flags values ('community_enabled', false, 0), ('notifications_enabled', false, 1),
       ('rate_limiting_enabled', true, 100), ('circuit_breakers_enabled', true, 100), ('budget_guards_enabled', true, 100)`,
    );

  test('as planned; and each other way', async () => {
    await fill();
    expect(await look({ source, flags })).toMatchObject({ outcome: 'pass' });
    await cluster.run(
      'shop',
      `update feature_flags set is_enabled = true where flag_key = 'community_enabled'`,
    );
    expect(await look({ source, flags })).toMatchObject({
      outcome: 'fail',
      cause: 'flag-state',
      measured: 'on',
      expected: 'off',
    });
    await fill();
    await cluster.run(
      'shop',
      `update feature_flags set rollout_percentage = 10 where flag_key = 'notifications_enabled'`,
    );
    expect(await look({ source, flags })).toMatchObject({
      outcome: 'fail',
      measured: 10,
      expected: 1,
      unit: '%',
    });
    await fill();
    await cluster.run('shop', `delete from feature_flags where flag_key = 'budget_guards_enabled'`);
    expect(await look({ source, flags })).toMatchObject({ outcome: 'fail', measured: 'not there' });
  });

  test('what cannot be asked, and what is of another system, is unknown', async () => {
    await cluster.run('shop', `delete from feature_flags`);
    expect(await look({ source, flags })).toMatchObject({ outcome: 'unknown', cause: 'no-such-flag' });
    await fill();
    const away = { ...source, sql: 'select name as flag, true as enabled from flags_of_nobody' };
    expect(await look({ source: away, flags })).toMatchObject({
      outcome: 'unknown',
      cause: 'database-unavailable',
    });
    await cluster.run(
      'shop',
      `insert into feature_flags values ('of_nobody', true, 100), ('of_nobody', false, 0)`,
    );
    expect(await look({ source, flags })).toMatchObject({ outcome: 'pass' });
    await cluster.run('shop', `insert into feature_flags values ('community_enabled', true, 100)`);
    expect(await look({ source, flags })).toMatchObject({ outcome: 'unknown', cause: 'there-twice' });
    await fill();
    const unsaid = { ...source, sql: 'select flag_key as flag, is_enabled as enabled from feature_flags' };
    expect(await look({ source: unsaid, flags })).toMatchObject({ outcome: 'unknown', cause: 'not-said' });
    // What is not said of one flag hides no other that is wrong.
    const wrong = { ...flags, rate_limiting_enabled: { on: false } };
    expect(await look({ source: unsaid, flags: wrong })).toMatchObject({
      outcome: 'fail',
      cause: 'flag-state',
    });
  });
});

describe('flags over HTTP', () => {
  const http = { adapter: 'http', path: '/flags', flags: 'flags', percent: 'rollout' };
  const ofrep = { adapter: 'ofrep', keys: 40 };
  const flags = {
    rate_limiting_enabled: { on: true, percent: 100 },
    community_enabled: { on: false, percent: 0 },
  };

  test.each([
    ['a document', http],
    ['OFREP', ofrep],
  ])('%s: on, off and not there', async (_, source) => {
    expect(await look({ source, flags })).toMatchObject({ outcome: 'pass' });
    state.flags.set('community_enabled', true);
    expect(await look({ source, flags })).toMatchObject({ outcome: 'fail', measured: 'on' });
    state.flags.delete('community_enabled');
    expect(await look({ source, flags })).toMatchObject({ outcome: 'fail', measured: 'not there' });
    server.answer = () => [500, {}];
    expect(await look({ source, flags })).toMatchObject({ outcome: 'unknown' });
  });

  test('a flag that is not on the first page may be on the next', async () => {
    const whole = server.answer;
    server.answer = (request, body) => {
      const [status, said] = whole(request, body);
      return [status, { ...(said as Over), total: 40 }];
    };
    expect(await look({ source: http, flags })).toMatchObject({ outcome: 'pass' });
    state.flags.delete('community_enabled');
    expect(await look({ source: http, flags })).toMatchObject({ outcome: 'unknown', cause: 'only-a-page' });
  });

  test('OFREP: a percentage is told as closely as the keys allow', async () => {
    const half = (percent: number) => look({ source: ofrep, flags: { half: { on: true, percent } } });
    expect(await half(50)).toMatchObject({ outcome: 'pass' });
    expect(await half(5)).toMatchObject({ outcome: 'fail', unit: '%' });
    expect(await half(100)).toMatchObject({ outcome: 'fail', measured: 'on for some' });
  });

  test('OFREP: off for all keys is not known from a small share, and fails a large one', async () => {
    const off = (percent: number) =>
      look({ source: ofrep, flags: { community_enabled: { on: true, percent } } });
    expect(await off(5)).toMatchObject({ outcome: 'unknown', cause: 'too-few-keys' });
    expect(await off(50)).toMatchObject({ outcome: 'fail', measured: 'off' });
    expect(await off(100)).toMatchObject({ outcome: 'fail', measured: 'off' });
  });

  test('OFREP: on for all keys is not known from a large share, and fails a small one', async () => {
    const on = (percent: number, keys = 40) =>
      look({ source: { ...ofrep, keys }, flags: { rate_limiting_enabled: { on: true, percent } } });
    expect(await on(95)).toMatchObject({ outcome: 'unknown', cause: 'too-few-keys' });
    expect(await on(50, 1)).toMatchObject({ outcome: 'unknown', cause: 'too-few-keys' });
    expect(await on(50)).toMatchObject({ outcome: 'fail', unit: '%' });
    expect(await on(100)).toMatchObject({ outcome: 'pass' });
  });

  test('OFREP: a flag that is on for some is not turned, because it could not be put back so', async () => {
    const put = (on: boolean): Over => ({ method: 'PUT', path: '/flags/half', json: { on } });
    const toggle = { flag: 'half', on: put(true), off: put(false) };
    const finding = await look({ source: ofrep, flags, toggle }, { flags: ['half'] });
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'flag-in-part' });
    expect(state.told).toEqual([]);
  });
});

/** What a run turned that was killed before it put it back. */
const killed = (identity: string): Promise<string> =>
  ledger.ledger.record({ run: 'killed', check: 'the-check', kind: 'switch', identity });

const TOGGLE = {
  flag: 'rate_limiting_enabled',
  on: { method: 'PUT', path: '/flags/rate_limiting_enabled', json: { on: true } },
  off: { method: 'PUT', path: '/flags/rate_limiting_enabled', json: { on: false } },
};

describe('a flag that is turned', () => {
  const probe = {
    budgetMs: 600,
    source: { adapter: 'http', path: '/flags', flags: 'flags' },
    flags: { rate_limiting_enabled: { on: true } },
    toggle: TOGGLE,
  };
  const allow = { flags: ['rate_limiting_enabled'] };

  test('is put back, and nothing is left in the ledger', async () => {
    expect(await look(probe, allow)).toMatchObject({ outcome: 'pass' });
    expect(state.told).toEqual([
      `/flags/rate_limiting_enabled {"on":false}`,
      `/flags/rate_limiting_enabled {"on":true}`,
    ]);
    expect(await ledger.ledger.outstanding()).toEqual([]);
  });

  test('needs the word of the plan', () => {
    expect(() => planOf('flags', probe, {})).toThrow(/1 problem/);
  });

  test('that does not turn, is refused, or is not put back', async () => {
    broken.ignores = true;
    expect(await look(probe, allow)).toMatchObject({
      outcome: 'fail',
      cause: 'flag-does-not-turn',
      measured: 'on',
      expected: 'off',
    });
    broken.ignores = false;
    broken.sticks = true;
    expect(await look(probe, allow)).toMatchObject({
      outcome: 'fail',
      cause: 'flag-does-not-turn',
      measured: 'off',
      expected: 'on',
    });
    Object.assign(broken, { sticks: false, refuses: 403 });
    state.flags.set('rate_limiting_enabled', true);
    expect(await look(probe, allow)).toMatchObject({ outcome: 'unknown', cause: 'not-let-in' });
    // Nobody knows that the refused request did nothing: the entry waits for the next clean-up.
    expect(await ledger.ledger.outstanding()).toMatchObject([
      { kind: 'switch', identity: 'rate_limiting_enabled=on' },
    ]);
  });

  test('is the fault of whoever keeps the flags, where that is no part of the target', async () => {
    broken.refuses = 503;
    expect(await look(probe, allow)).toMatchObject({
      outcome: 'fail',
      cause: 'flag-does-not-turn',
      measured: 503,
    });
    const elsewhere = { ...probe, toggle: { ...TOGGLE, endpoint: 'flags' } };
    const target = { urls: { app: 'http://127.0.0.1:9' }, thirdParties: { flags: { url: server.url } } };
    const source = { ...probe.source, endpoint: 'flags' };
    const { plan, probe: flags } = planOf('flags', { ...elsewhere, source }, target, allow);
    const around = { target: plan.target, tools: toolsOf(plan), budgetMs: flags.budgetMs };
    const turn = () => probeFinding('the-check', () => probeFlags(flags, around, ledger.created(plan)));
    expect(await turn()).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
    broken.refuses = 0;
    expect(await turn()).toMatchObject({ outcome: 'pass' });
    broken.ignores = true;
    expect(await turn()).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
    // In which state it says that the flag is, is about the target all the same.
    state.flags.set('rate_limiting_enabled', false);
    expect(await turn()).toMatchObject({ outcome: 'fail', cause: 'flag-state' });
  });

  test('and put back, is no fault of the target where only the ledger keeps it', async () => {
    const { plan, probe: flags } = planOf('flags', probe, { urls: { app: server.url } }, allow);
    const around = { target: plan.target, tools: toolsOf(plan), budgetMs: flags.budgetMs };
    const created = ledger.created(plan);
    const keeps: CreatedData = {
      ...created,
      undoAll: async () => {
        await created.undoAll();
        const identity = 'rate_limiting_enabled=on';
        return [{ kind: 'switch', identity, reason: 'the ledger could not be updated' }];
      },
    };
    const turn = () => probeFinding('the-check', () => probeFlags(flags, around, keeps));
    expect(await turn()).toMatchObject({ outcome: 'unknown', cause: 'left-in-ledger' });
    expect(state.flags.get('rate_limiting_enabled')).toBe(true);
    broken.sticks = true;
    expect(await turn()).toMatchObject({
      outcome: 'fail',
      cause: 'flag-does-not-turn',
      measured: 'the ledger could not be updated',
    });
  });

  test('by a process that was killed, is put back by the sweep', async () => {
    const { plan } = planOf('flags', probe, { urls: { app: server.url } }, allow);
    await killed('rate_limiting_enabled=on');
    state.flags.set('rate_limiting_enabled', false);
    const swept = await sweepLedger({ plan, stateDirectory: ledger.directory, env: {} });
    expect(swept).toMatchObject([{ result: 'undone' }]);
    expect(state.flags.get('rate_limiting_enabled')).toBe(true);
    expect(await ledger.ledger.outstanding()).toEqual([]);
  });

  test('by a process that was killed, and is as before, is not touched; the ledger keeps it until no old state can be told', async () => {
    const { plan } = planOf('flags', probe, { urls: { app: server.url } }, allow);
    const sweep = (now: () => number) =>
      sweepLedger({ plan, stateDirectory: ledger.directory, env: {}, now });
    await killed('rate_limiting_enabled=on');
    expect(await sweep(Date.now)).toMatchObject([
      { result: { open: expect.stringMatching(/^it is on; /) as string } },
    ]);
    expect(await ledger.ledger.outstanding()).toHaveLength(1);
    expect(await sweep(() => Date.now() + SURE_AFTER_MS + 1000)).toMatchObject([{ result: 'undone' }]);
    expect(await ledger.ledger.outstanding()).toEqual([]);
    expect(state.told).toEqual([]);
  });

  test('by a process that was killed, and set by somebody else since, is left as it is and told once', async () => {
    const source = { adapter: 'ofrep' };
    const put = (on: boolean): Over => ({ method: 'PUT', path: '/flags/half', json: { on } });
    const toggle = { flag: 'half', on: put(true), off: put(false) };
    const { plan } = planOf(
      'flags',
      { ...probe, source, toggle },
      { urls: { app: server.url } },
      { flags: ['half'] },
    );
    await killed('half=off');
    const undo = { plan, stateDirectory: ledger.directory, env: {}, run: 'next' };
    const clean = await cleanUpRun({ ...undo, earlier: await undoEarlier(undo) });
    expect(clean).toMatchObject({
      leftovers: [
        {
          kind: 'switch',
          identity: 'half=off',
          reason: expect.stringMatching(/was off before run killed.*on for some now.*left so/) as string,
        },
      ],
    });
    expect(state.told).toEqual([]);
    expect(await ledger.ledger.outstanding()).toEqual([]);
    expect(await cleanUpRun({ ...undo, earlier: await undoEarlier(undo) })).toMatchObject({ leftovers: [] });
  });

  test('by a process that was killed, stays in the ledger where its state can not be read', async () => {
    const { plan } = planOf('flags', probe, { urls: { app: server.url } }, allow);
    await killed('rate_limiting_enabled=on');
    const answer = server.answer;
    server.answer = (request, body) => (request.method === 'GET' ? [403, {}] : answer(request, body));
    expect(await sweepLedger({ plan, stateDirectory: ledger.directory, env: {} })).toMatchObject([
      { result: { failed: expect.stringMatching(/not put back.*answered 403/) as string } },
    ]);
    expect(state.told).toEqual([]);
    expect(await ledger.ledger.outstanding()).toHaveLength(1);
  });

  test('which the plan does not know any more, stays in the ledger with a reason', async () => {
    const { toggle: _toggle, ...without } = probe;
    const { plan } = planOf('flags', without, { urls: { app: server.url } });
    await ledger.ledger.record({
      run: 'killed',
      check: 'the-check',
      kind: 'switch',
      identity: 'rate_limiting_enabled=on',
    });
    const swept = await sweepLedger({ plan, stateDirectory: ledger.directory, env: {} });
    expect(swept).toMatchObject([
      { result: { failed: expect.stringContaining('does not say any more') as string } },
    ]);
  });
});

describe('circuit breakers', () => {
  const base = { path: '/breakers', providers: ['stripe', 'twilio'], budgetMs: 600 };
  const trial = {
    provider: 'test-provider',
    trip: { path: '/breakers/test-provider/trip' },
    reset: { path: '/breakers/test-provider/reset' },
  };
  const allow = { breakers: ['test-provider'] };
  async function breakers(over: Over = {}, allowed: Over = allow): Promise<Finding> {
    const { plan, probe } = planOf('breakers', { ...base, ...over }, { urls: { app: server.url } }, allowed);
    return probeFinding('the-check', () => probeBreakers(probe, toolsOf(plan), ledger.created(plan)));
  }

  test('closed, open, half open, and not there', async () => {
    expect(await breakers()).toMatchObject({ outcome: 'pass' });
    state.breakers.set('twilio', 'HALF_OPEN');
    expect(await breakers()).toMatchObject({
      outcome: 'fail',
      measured: 'half-open',
      cause: 'breaker-not-closed',
    });
    state.breakers.set('twilio', 'open');
    expect(await breakers()).toMatchObject({ outcome: 'fail', measured: 'open' });
    state.breakers.delete('twilio');
    expect(await breakers()).toMatchObject({ outcome: 'fail', measured: 'not there' });
  });

  test('words of the plan; a word that nobody named is unknown, and so is another document', async () => {
    state.breakers.set('twilio', 'healthy');
    expect(await breakers()).toMatchObject({ outcome: 'unknown', cause: 'unknown-word' });
    expect(await breakers({ words: { closed: ['closed', 'healthy'] } })).toMatchObject({ outcome: 'pass' });
    expect(await breakers({ providers: ['square'] })).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-breaker',
    });
    expect(await breakers({ path: '/nothing' })).toMatchObject({
      outcome: 'unknown',
      cause: 'state-unreadable',
    });
  });

  test('one that a list has twice is unknown: the last one would hide the other', async () => {
    const list = (...twilio: readonly string[]) => {
      server.answer = () => [
        200,
        [
          { provider: 'stripe', state: 'closed' },
          ...twilio.map((state) => ({ provider: 'twilio', state })),
          { provider: 'of-nobody', state: 'open' },
          { provider: 'of-nobody', state: 'closed' },
        ],
      ];
    };
    list('closed');
    expect(await breakers()).toMatchObject({ outcome: 'pass' });
    list('open', 'closed');
    expect(await breakers()).toMatchObject({ outcome: 'unknown', cause: 'there-twice' });
  });

  test('that of the test provider trips and is reset; others are refused by the plan', async () => {
    expect(await breakers({ trial })).toMatchObject({ outcome: 'pass' });
    expect(state.breakers.get('test-provider')).toBe('closed');
    expect(await ledger.ledger.outstanding()).toEqual([]);
    await expect(breakers({ trial }, {})).rejects.toThrow(/1 problem/);
    await expect(
      breakers({ trial: { ...trial, provider: 'stripe' } }, { breakers: ['stripe'] }),
    ).rejects.toThrow(/1 problem/);
  });

  test('that does not trip, or stays open, fails; one that is open already says nothing', async () => {
    broken.ignores = true;
    expect(await breakers({ trial })).toMatchObject({
      outcome: 'fail',
      cause: 'breaker-does-not-turn',
      measured: 'closed',
    });
    broken.ignores = false;
    broken.sticks = true;
    expect(await breakers({ trial })).toMatchObject({
      outcome: 'fail',
      cause: 'breaker-does-not-turn',
      measured: 'open',
    });
    expect(await breakers({ trial })).toMatchObject({ outcome: 'unknown', cause: 'breaker-in-use' });
  });

  test('of which one has a word that nobody knows, hides no open one', async () => {
    state.breakers.set('stripe', 'wobbly');
    expect(await breakers()).toMatchObject({ outcome: 'unknown', cause: 'unknown-word' });
    state.breakers.set('twilio', 'open');
    expect(await breakers()).toMatchObject({ outcome: 'fail', cause: 'breaker-not-closed' });
  });

  test('that a third party keeps: its state is about the target, and that it does not turn is not', async () => {
    const { plan, probe } = planOf(
      'breakers',
      { ...base, endpoint: 'mesh', trial: { ...trial, endpoint: 'mesh' } },
      { urls: { app: 'http://127.0.0.1:9' }, thirdParties: { mesh: { url: server.url } } },
      { breakers: ['test-provider'] },
    );
    const ask = async () =>
      aboutThirdParty(
        await probeFinding('the-check', () => probeBreakers(probe, toolsOf(plan), ledger.created(plan))),
      );
    expect(await ask()).toMatchObject({ outcome: 'pass' });
    broken.ignores = true;
    expect(await ask()).toMatchObject({ outcome: 'unknown', cause: 'third-party' });
    state.breakers.set('stripe', 'open');
    expect(await ask()).toMatchObject({ outcome: 'fail', cause: 'breaker-not-closed' });
    const answer = server.answer;
    server.answer = () => [503, {}];
    expect(await ask()).toMatchObject({ outcome: 'unknown' });
    server.answer = answer;
  });

  test('that a killed process tripped is reset while it is open, or has half opened by itself', async () => {
    const { plan } = planOf(
      'breakers',
      { path: '/breakers', providers: ['stripe'], trial },
      { urls: { app: server.url } },
      { breakers: ['test-provider'] },
    );
    const sweep = () => sweepLedger({ plan, stateDirectory: ledger.directory, env: {} });
    for (const word of ['half_open', 'open']) {
      await killed('test-provider=closed');
      state.breakers.set('test-provider', word);
      expect(await sweep()).toMatchObject([{ result: 'undone' }]);
      expect(state.breakers.get('test-provider')).toBe('closed');
      expect(await ledger.ledger.outstanding()).toEqual([]);
    }
  });
});
