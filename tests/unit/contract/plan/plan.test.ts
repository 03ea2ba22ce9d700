import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checksOf } from '../../../../contract/plan/checks.ts';
import { describeError, GreenlightError } from '../../../../contract/errors.ts';
import { flow } from '../../../../contract/flow/flow.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';
import { mergePolicy } from '../../../../contract/verdict/policy.ts';
import { secret } from '../../../../contract/plan/secret.ts';

const register = flow('visitor-can-register', {
  title: 'A visitor can register',
  phases: ['post-cutover', 'synthetic'],
}).request('register', {
  request: () => ({ method: 'POST', path: '/customers' }),
  creates: (ctx) => ({ kind: 'customer', identity: ctx.unique() }),
});

const good: PlanInput = {
  target: { name: 'shop', urls: { app: 'http://127.0.0.1:3000' } },
  flows: [register],
  created: { customer: { keep: 'this system never deletes' } },
};

function problemsOf(input: unknown): string[] {
  try {
    parsePlan(input);
  } catch (error) {
    if (error instanceof GreenlightError)
      return error.problems.map((problem) => `${problem.path}: ${problem.problem}`);
    throw error;
  }
  return [];
}

describe('a plan', () => {
  test('with nothing wrong is parsed and its defaults are filled in', () => {
    const plan = parsePlan(good);
    expect(plan.budgetMs).toBe(5000);
    expect(mergePolicy(plan.policy, 'post-cutover').flaky).toBe('inconclusive');
  });

  test('with five mistakes names all five, each with its place, value and remedy', () => {
    const bad = {
      target: { name: '', urls: { app: 'ftp://127.0.0.1' } },
      flows: [register],
      created: { customer: { keep: 'x' } },
      budgetMs: 'soon',
      colour: 'green',
      policy: { default: { advisory: ['no-such-check'] } },
    };
    expect(problemsOf(bad)).toHaveLength(5);
    try {
      parsePlan(bad);
    } catch (error) {
      const text = describeError(error);
      for (const part of [
        'target.name',
        'target.urls.app',
        'budgetMs',
        '"soon"',
        'colour',
        'no-such-check',
        'visitor-can-register',
      ]) {
        expect(text).toContain(part);
      }
    }
  });

  const profile = {
    id: 'p',
    title: 'p',
    engine: 'autocannon',
    requests: [{ path: '/' }],
    thresholds: { p95Ms: 1 },
  };

  const twins = {
    ...good,
    target: { ...good.target, old: { urls: { app: 'http://127.0.0.1:3001' } } },
  };
  const comparison = { id: 'c', title: 'c', engine: 'autocannon', requests: [{ path: '/' }] };

  test('may compare old with new', () => {
    expect(problemsOf({ ...twins, load: { comparisons: [comparison] } })).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'a comparison without an old system',
      { ...good, load: { comparisons: [comparison] } },
      /the old address of "app" is not named/,
    ],
    [
      'a comparison of a system with itself',
      {
        ...good,
        target: { ...good.target, old: { urls: { app: 'http://127.0.0.1:3000/' } } },
        load: { comparisons: [comparison] },
      },
      /a system would be compared with itself/,
    ],
    [
      'a comparison that would change data',
      { ...twins, load: { comparisons: [{ ...comparison, requests: [{ method: 'POST', path: '/' }] }] } },
      /Invalid/,
    ],
    [
      'a comparison beyond the caps',
      { ...twins, load: { comparisons: [{ ...comparison, rounds: 500, blockS: 60 }] } },
      /more than the plan allows at all/,
    ],
    [
      'a comparison of percentiles of few answers',
      { ...twins, load: { comparisons: [{ ...comparison, minimumSamples: 20 }] } },
      /at least 200 for p95/,
    ],
    [
      'a comparison whose rate brings too few answers',
      {
        ...twins,
        load: { comparisons: [{ ...comparison, engine: 'k6', rate: 20, percentile: 'p99' }] },
      },
      /20 rounds of 1 s at 20 a second bring 400 answers of each side, and p99 needs 6000/,
    ],
    [
      'a comparison that allows not one more error',
      { ...twins, load: { comparisons: [{ ...comparison, errorMargin: 0 }] } },
      /can never be shown/,
    ],
    [
      'a comparison with an old system elsewhere that is not allowed for load',
      {
        ...good,
        target: { ...good.target, old: { urls: { app: 'https://old.example.com' } } },
        load: { comparisons: [comparison] },
      },
      /neither loopback nor allowed/,
    ],
    ['no check at all', { target: good.target }, /no flow, probe, table/],
    [
      'data created on a host that is not allowed',
      { ...good, target: { name: 's', urls: { app: 'https://shop.example.com' } } },
      /creates data, and this host/,
    ],
    [
      'a host that only looks like loopback',
      { ...good, target: { name: 's', urls: { app: 'http://127.0.0.1.example.com' } } },
      /neither loopback nor allowed/,
    ],
    ['created data that nothing removes', { ...good, created: {} }, /nothing removes/],
    [
      'two checks with one id',
      { ...good, checks: [{ id: 'visitor-can-register', title: 'x' }] },
      /used twice/,
    ],
    ['an id of a built-in check', { ...good, checks: [{ id: 'target-answers', title: 'x' }] }, /used twice/],
    [
      'a port that the target lacks',
      { ...good, flows: [register.observe('mail', { port: 'mailbox', query: () => ({ to: 'x' }) })] },
      /the target has none/,
    ],
    [
      'a webhook sink that the target lacks',
      {
        ...good,
        flows: [register.observe('hook', { port: 'webhookSink', query: () => ({ contains: 'x' }) })],
      },
      /observes "webhookSink", but the target has none/,
    ],
    [
      'load by a flow that no engine can run',
      {
        ...good,
        target: { ...good.target, mailbox: { adapter: 'mailpit', url: 'http://127.0.0.1:1' } },
        flows: [register.observe('mail', { port: 'mailbox', query: () => ({ to: 'x' }) })],
        load: {
          profiles: [
            { id: 'p', title: 'p', engine: 'k6', flow: 'visitor-can-register', thresholds: { p95Ms: 1 } },
          ],
        },
      },
      /no load engine can run these steps: mail/,
    ],
    ...(['k6', 'autocannon'] as const).map((engine): [string, object, RegExp] => [
      `load of ${engine} by a flow that polls`,
      {
        ...good,
        flows: [
          flow('order-is-paid', { title: 't' }).request('paid', {
            request: () => ({ method: 'GET', path: '/' }),
            poll: {},
          }),
        ],
        load: {
          profiles: [{ id: 'p', title: 'p', engine, flow: 'order-is-paid', thresholds: { p95Ms: 1 } }],
        },
      },
      /no load engine can run these steps: paid \(poll\)/,
    ]),
    [
      'a poll with what nothing reads',
      {
        ...good,
        flows: [
          register.request('p', {
            request: () => ({ method: 'GET', path: '/' }),
            poll: { withinMs: 1 } as never,
          }),
        ],
      },
      /the step "p" of "visitor-can-register": poll has a key that nothing reads/,
    ],
    [
      'a poll that would be load',
      {
        ...good,
        flows: [
          register.request('p', { request: () => ({ method: 'GET', path: '/' }), poll: { intervalMs: 10 } }),
        ],
      },
      /poll.intervalMs is not a whole number/,
    ],
    [
      'a poll that is no object',
      {
        ...good,
        flows: [
          register.request('p', { request: () => ({ method: 'GET', path: '/' }), poll: true as never }),
        ],
      },
      /poll is not an object/,
    ],
    [
      'nothing expected of mail, which may be lost anywhere',
      {
        ...good,
        flows: [register.observe('m', { port: 'mailbox', query: () => ({ to: 'a@b.test' }), absent: {} })],
      },
      /absent is for records alone/,
    ],
    [
      'nothing expected, and what it is',
      {
        ...good,
        flows: [
          register.observe('m', {
            port: 'records',
            query: () => ({ from: 't', where: { id: 1 } }),
            absent: { forMs: -1 },
            expect: () => [],
          }),
        ],
      },
      /absent is not how long[^]*expect is about what is there/,
    ],
    [
      'load by a flow that creates data',
      { ...good, load: { profiles: [{ ...profile, requests: undefined, flow: 'visitor-can-register' }] } },
      /creates data, and nothing removes what thousands/,
    ],
    [
      'load on a payment provider, whatever is allowed',
      {
        ...good,
        target: { name: 's', urls: { app: 'http://127.0.0.1:1', pay: 'https://api.stripe.com' } },
        allow: { load: ['api.stripe.com'], createData: ['api.stripe.com'] },
        load: { profiles: [profile] },
      },
      /belongs to a payment provider/,
    ],
    [
      'load beyond the caps',
      { ...good, load: { profiles: [{ ...profile, kind: 'stress', peak: 500 }] } },
      /more load than the plan allows at all/,
    ],
    [
      'a soak longer than the caps',
      { ...good, load: { profiles: [{ ...profile, kind: 'soak', durationS: 7200 }], caps: { minutes: 90 } } },
      /more load than the plan allows at all/,
    ],
    [
      'a ramp without its end',
      { ...good, load: { profiles: [{ ...profile, kind: 'ramp' }] } },
      /needs its highest level/,
    ],
    [
      'a ramp that goes down',
      { ...good, load: { profiles: [{ ...profile, kind: 'ramp', peak: 5 }] } },
      /must lie above the first level, 10/,
    ],
    [
      'a peak without a use',
      { ...good, load: { profiles: [{ ...profile, peak: 50 }] } },
      /no meaning in a baseline/,
    ],
    [
      'a table that is compared with itself',
      {
        ...good,
        target: {
          ...good.target,
          records: { adapter: 'postgres', url: { secret: 'DATABASE_URL' } },
          old: { records: { adapter: 'postgres', url: { secret: 'DATABASE_URL' } } },
        },
        data: { tables: [{ id: 'orders-preserved', title: 'x', old: 'orders', new: 'orders' }] },
      },
      /compared with itself/,
    ],
    [
      'a roll-back that is asked about before the switch',
      {
        ...good,
        data: {
          tables: [
            { id: 'to-carry-back', title: 'x', old: 'a', new: 'b', compare: 'rows', direction: 'rollback' },
          ],
        },
      },
      /can only be asked after the switch/,
    ],
    [
      'a watermark where rows are only counted',
      {
        ...good,
        data: { tables: [{ id: 't', title: 'x', old: 'a', new: 'b', since: { column: 'c', at: 5 } }] },
      },
      /no meaning where rows are only counted/,
    ],
    [
      'an error rate that nothing can exceed',
      {
        ...good,
        load: {
          profiles: [
            { id: 'p', title: 'p', engine: 'k6', flow: 'visitor-can-register', thresholds: { errorRate: 1 } },
          ],
        },
      },
      /would accept a target that fails every request/,
    ],
    [
      'a load profile without limits',
      {
        ...good,
        load: {
          profiles: [{ id: 'p', title: 'p', engine: 'k6', flow: 'visitor-can-register', thresholds: {} }],
        },
      },
      /could not fail/,
    ],
    [
      'an arrival rate for autocannon',
      {
        ...good,
        load: {
          profiles: [
            {
              id: 'p',
              title: 'p',
              engine: 'autocannon',
              rate: 5,
              requests: [{ path: '/' }],
              thresholds: { p95Ms: 1 },
            },
          ],
        },
      },
      /needs engine "k6"/,
    ],
    [
      'tables without databases',
      { ...good, data: { tables: [{ id: 't', title: 't', old: 'a', new: 'b' }] } },
      /new database is not named/,
    ],
    [
      'a waiver for an unknown check',
      {
        ...good,
        policy: { default: { waivers: [{ check: 'nope', reason: 'r', owner: 'o', until: '2030-01-01' }] } },
      },
      /names no check/,
    ],
    ['an unknown policy word', { ...good, policy: { synthetic: { flaky: 'maybe' } } }, /Invalid option/],
    ['a phase that does not exist', { ...good, policy: { lunch: {} } }, /./],
  ])('refuses %s', (_, input, message) => {
    expect(problemsOf(input).join('\n')).toMatch(message);
  });

  test('allows a host that is named deliberately', () => {
    const target = { name: 's', urls: { app: 'https://shop.example.com' } };
    expect(problemsOf({ ...good, target, allow: { createData: ['shop.example.com'] } })).toEqual([]);
  });
});

describe('the manifest', () => {
  const plan = parsePlan({
    ...good,
    target: {
      ...good.target,
      records: { adapter: 'postgres', url: secret('NEW') },
      old: { records: { adapter: 'postgres', url: secret('OLD') } },
    },
    probes: [
      { id: 'health-is-truthful', title: 'Health', kind: 'health', path: '/health', schema: z.object({}) },
    ],
    data: { tables: [{ id: 'orders-preserved', title: 'Orders', old: 'orders', new: 'sales_orders' }] },
    load: {
      profiles: [
        {
          id: 'holds',
          title: 'Holds',
          engine: 'k6',
          optional: true,
          requests: [{ path: '/' }],
          thresholds: { p95Ms: 300 },
        },
      ],
    },
    policy: {
      default: { advisory: ['holds'], maxAgeMinutes: 7 },
      synthetic: { advisory: [], sampleFloors: { 'visitor-can-register': 3 } },
    },
  } satisfies PlanInput);

  test('holds every check of the phase, in the order of reporting', () => {
    expect(checksOf(plan, 'post-cutover').map((check) => [check.id, check.project, check.severity])).toEqual([
      ['target-answers', 'readiness', 'blocking'],
      ['databases-readable', 'readiness', 'blocking'],
      ['health-is-truthful', 'readiness', 'blocking'],
      ['visitor-can-register', 'suites', 'blocking'],
      ['orders-preserved', 'data-checks', 'blocking'],
      ['tables-are-covered', 'data-checks', 'blocking'],
      ['no-table-became-empty', 'data-checks', 'blocking'],
      ['holds', 'load', 'advisory'],
    ]);
  });

  test('follows the phase: other checks, and the policy of that phase over the default one', () => {
    const synthetic = checksOf(plan, 'synthetic');
    expect(synthetic.map((check) => check.id)).toEqual([
      'target-answers',
      'databases-readable',
      'visitor-can-register',
    ]);
    expect(synthetic.at(-1)?.sampleFloor).toBe(3);
    expect(mergePolicy(plan.policy, 'synthetic')).toMatchObject({ advisory: [], maxAgeMinutes: 7 });
  });

  test('gives sample floors to everything that counts', () => {
    const floors = Object.fromEntries(
      checksOf(plan, 'post-cutover').map((check) => [check.id, check.sampleFloor]),
    );
    expect(floors).toMatchObject({ 'orders-preserved': 1, holds: 100 });
  });
});

test('a check may be called like something that every object has', () => {
  const plan = parsePlan({
    target: { name: 's', urls: { app: 'http://127.0.0.1' } },
    checks: [{ id: 'constructor', title: 'x' }],
  });
  expect(checksOf(plan, 'post-cutover').at(-1)).toMatchObject({ id: 'constructor', sampleFloor: 0 });
});

test('an address without its scheme is told what is missing', () => {
  try {
    parsePlan({ ...good, target: { ...good.target, urls: { app: 'shop.example.com' } } });
    expect.unreachable();
  } catch (error) {
    expect(describeError(error)).toContain('scheme included: https://shop.example.com');
  }
});
