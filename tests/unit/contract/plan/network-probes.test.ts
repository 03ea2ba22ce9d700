import { describe, expect, test } from 'vitest';
import { GreenlightError, type Problem } from '../../../../contract/errors.ts';
import { checksOf } from '../../../../contract/plan/checks.ts';
import { parsePlan, type PlanInput } from '../../../../contract/plan/plan.ts';

const planOf = (probe: Readonly<Record<string, unknown>>, more: Partial<PlanInput> = {}): PlanInput => ({
  target: {
    name: 'shop',
    urls: { app: 'https://shop.example.com', local: 'http://127.0.0.1:3000', pay: 'https://api.stripe.com' },
    thirdParties: { tracker: 'https://errors.example.net' },
  },
  probes: [{ id: 'one', title: 'x', ...probe } as never],
  ...more,
});

function problemsOf(...given: Parameters<typeof planOf>): readonly Problem[] {
  try {
    parsePlan(planOf(...given));
    return [];
  } catch (error) {
    if (error instanceof GreenlightError) return error.problems;
    throw error;
  }
}

const ADA = { name: 'ada', headers: { authorization: 'x' }, provenBy: '/me' };
const limit = { kind: 'rate-limit', path: '/api' };
const files = { kind: 'open', files: true };

test.each([
  ['rateLimit', limit],
  ['open', files],
] as const)(
  '%s is tried on loopback and on hosts that the plan allows for it, and on no other',
  (key, probe) => {
    expect(problemsOf({ ...probe, endpoint: 'local' })).toEqual([]);
    expect(problemsOf(probe, { allow: { [key]: ['shop.example.com'] } })).toEqual([]);
    for (const allow of [
      {},
      { [key]: ['other.example.com'] },
      { load: ['shop.example.com'], createData: ['shop.example.com'] },
    ]) {
      const [problem, ...more] = problemsOf(probe, { allow });
      expect(more).toEqual([]);
      expect(problem).toMatchObject({ path: 'probes[0].endpoint', value: 'shop.example.com' });
      expect(problem?.remedy).toContain(`allow: { ${key}: ['shop.example.com'] }`);
    }
    const everywhere = { allow: { [key]: ['api.stripe.com', 'errors.example.net'] } };
    expect(problemsOf({ ...probe, endpoint: 'pay' }, everywhere)[0]?.problem).toContain('payment provider');
    expect(problemsOf({ ...probe, endpoint: 'tracker' }, everywhere)[0]?.problem).toContain('third party');
    expect(problemsOf({ ...probe, endpoint: 'gone' }, everywhere)[0]?.problem).toContain(
      'no address of this name',
    );
  },
);

test('the limit is tried last, in the stage that runs alone', () => {
  const plan = parsePlan(planOf({ ...limit, endpoint: 'local' }));
  expect(checksOf(plan, 'post-cutover').find(({ id }) => id === 'one')?.project).toBe('load');
});

describe('refused', () => {
  const open = { endpoint: 'local' };
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a name that is an address', { kind: 'dns', endpoint: 'local' }, 'probes[0].endpoint'],
    ['the same, as a name', { kind: 'dns', name: '192.0.2.1' }, 'probes[0].name'],
    ['no endpoint', { kind: 'dns', endpoint: 'gone' }, 'probes[0].endpoint'],
    [
      'a CNAME for a question about addresses',
      { kind: 'dns', expect: { cname: 'a.example' } },
      'probes[0].expect',
    ],
    [
      'addresses for a question about names',
      { kind: 'dns', type: 'CNAME', expect: { addresses: ['192.0.2.1'] } },
      'probes[0].expect',
    ],
    [
      'two expectations',
      { kind: 'dns', expect: { cname: 'a.example', sameAs: 'b.example' } },
      'probes[0].expect',
    ],
    [
      'a server without an address',
      { kind: 'dns', servers: [{ address: 'ns1.example.com' }] },
      'probes[0].servers[0].address',
    ],
    [
      'a moment of no zone',
      { kind: 'dns', moved: { at: '2026-11-30T02:00:00', oldTtl: 300 } },
      'probes[0].moved.at',
    ],
    ['a request that may change data', { ...limit, ...open, method: 'POST' }, 'probes[0].harmlessBecause'],
    ['one request', { ...limit, ...open, requests: 1 }, 'probes[0].requests'],
    ['nodes told apart by nothing', { kind: 'backends', nodes: 4, by: {} }, 'probes[0].by'],
    [
      'nodes told apart by two things',
      { kind: 'backends', nodes: 4, by: { header: 'a', cookie: 'b' } },
      'probes[0].by',
    ],
    [
      'nodes of nobody',
      { kind: 'backends', nodes: 4, by: { header: 'a' }, endpoint: 'gone' },
      'probes[0].endpoint',
    ],
    ['nothing to look for', { kind: 'open', ...open }, 'probes[0]'],
    [
      'a visitor whom nothing proves',
      { ...files, ...open, visitors: [{ name: 'ada' }] },
      'probes[0].visitors[0]',
    ],
    [
      'a visitor whom nobody knows',
      { kind: 'open', ...open, refused: [{ path: '/a', for: 'bob' }] },
      'probes[0].refused[0].for',
    ],
    ['two of one name', { ...files, ...open, visitors: [ADA, ADA] }, 'probes[0].visitors'],
    [
      'an owner who is the other',
      { kind: 'open', ...open, visitors: [ADA], others: [{ path: '/a', owner: 'ada', other: 'ada' }] },
      'probes[0].others[0].other',
    ],
    [
      'a log-in that the plan has not',
      { ...files, ...open, visitors: [{ name: 'ada', logIn: 'ada-logs-in' }] },
      'probes[0].visitors[0].logIn',
    ],
    [
      'a password that is tried by POST',
      { kind: 'open', ...open, credentials: [{ path: '/a', user: 'a', password: 'b', method: 'POST' }] },
      'probes[0].credentials[0].method',
    ],
  ])('%s', (_what, probe, path) => {
    expect(problemsOf(probe).map((one) => one.path)).toEqual([path]);
  });
});
