import { describe, expect, test } from 'vitest';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { contradictionOf } from '../../../reporters/judge/contradiction.ts';
import { createControl } from '../../../suites/control.ts';
import type { TwinTools } from '../../../suites/parity/ask-twins.ts';
import { probeGuards } from '../../../suites/parity/guards-probe.ts';
import { probeParity } from '../../../suites/parity/parity-probe.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';

type Side = 'old' | 'new';
type Answer = Partial<ResponseView> | Error;
const NOBODY = { new: {}, old: {} };

/** Two systems that answer as told; `turn` counts the questions of one side. */
function twins(answer: (side: Side, request: WireRequest, turn: number) => Answer): TwinTools {
  const turns: Record<Side, number> = { old: 0, new: 0 };
  return {
    application: {
      send: async (request) => {
        const side: Side = request.url.startsWith('http://old.test') ? 'old' : 'new';
        const said = answer(side, request, (turns[side] += 1));
        if (said instanceof Error) throw said;
        return { status: 200, headers: {}, body: {}, durationMs: 1, ...said };
      },
    },
    urls: { app: 'http://new.test' },
    oldUrls: { app: 'http://old.test/' },
    control: createControl(undefined),
  };
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(): () => number {
  let state = 7;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function parity(tools: TwinTools, given: object = {}) {
  const probe = Probe.parse({
    kind: 'parity',
    id: 'answers-as-old',
    title: 'Answers as old',
    requests: [{ path: '/products' }],
    ...given,
  }) as Extract<Probe, { kind: 'parity' }>;
  return probeFinding('answers-as-old', () => probeParity(probe, NOBODY, tools));
}

const product = { id: 1, name: 'Cup', price: 1999, tags: ['a', 'b'] };
const same = twins(() => ({ body: { items: [product, { ...product, id: 2 }] } }));

describe('response parity', () => {
  test('equal answers pass, with a count and what it is worth', async () => {
    const finding = await parity(same);
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: 2 });
    expect(finding.summary).toContain('1 of 1 requests are answered as on old');
    expect(finding.summary).toMatch(/at most 95 % of all requests differ, with a confidence of 95 %/);
    expect(contradictionOf(finding)).toBeUndefined();
  });

  test.each<[string, (side: Side) => Answer, RegExp]>([
    ['a status', (side) => ({ status: side === 'new' ? 404 : 200 }), /status is 404 instead of 200/],
    [
      'a value',
      (side) => ({ body: [{ ...product, price: side === 'new' ? 20 : 19 }] }),
      /\$\[\*\]\.price is another number instead of another number \(5 of 5 times\)/,
    ],
    [
      'a type: "1" is not 1',
      (side) => ({ body: { id: side === 'new' ? '1' : 1 } }),
      /\$\.id is a text of 1 characters instead of another number/,
    ],
    [
      'a text',
      (side) => ({ body: { a: side === 'new' ? 'teapot' : 'teacups' } }),
      /\$\.a is another text from character 4 on \(6 characters, 7 on old\)/,
    ],
    ['a field that is missing', (side) => ({ body: side === 'new' ? { a: 1 } : product }), /missing/],
    [
      'a field too many',
      (side) => ({ body: side === 'new' ? { ...product, x: 1 } : product }),
      /instead of missing/,
    ],
    [
      'null for nothing',
      (side) => ({ body: side === 'new' ? { a: null } : {} }),
      /\$\.a is null instead of missing/,
    ],
    [
      'a list that lost its end',
      (side) => ({ body: side === 'new' ? [product] : [product, product] }),
      /\$\.length is 1 instead of 2/,
    ],
    ['an empty list for an empty object', (side) => ({ body: side === 'new' ? [] : {} }), /\$/],
    [
      'a header',
      (side) => ({ headers: { 'content-type': side === 'new' ? 'text/html' : 'application/json' } }),
      /header content-type is "text\/html" instead of "application\/json"/,
    ],
    [
      'a security header that is gone',
      (side) => (side === 'new' ? {} : { headers: { 'x-frame-options': 'DENY' } }),
      /header x-frame-options is missing instead of "DENY"/,
    ],
  ])('%s that differs fails', async (_, answer, words) => {
    const finding = await parity(twins(answer));
    expect(finding, finding.summary).toMatchObject({ outcome: 'fail', cause: 'answers-differ' });
    expect(finding.summary).toMatch(words);
  });

  test('values of a body are shown only where the plan says so', async () => {
    const tools = twins((side) => ({
      body: { mail: side === 'new' ? 'eve@example.com' : 'ann@example.com' },
    }));
    expect((await parity(tools)).summary).not.toContain('example.com');
    expect((await parity(tools, { showValues: true })).summary).toContain('eve@example.com');
  });

  test('links to the own address are the same link', async () => {
    const at = (side: Side): string => (side === 'new' ? 'http://new.test' : 'http://old.test');
    const link = (side: Side): Answer => ({
      headers: { location: `${at(side)}/login` },
      body: { next: `${at(side)}/products?page=2` },
    });
    expect((await parity(twins(link))).outcome).toBe('pass');
  });

  test('what differs between two answers of old is not compared, and is named', async () => {
    let now = 0;
    const tools = twins(() => ({ body: { items: [{ id: 1, seen: (now += 1) }], total: 1 } }));
    const finding = await parity(tools);
    expect(finding.outcome).toBe('pass');
    expect(finding.summary).toContain('old differs from itself: GET /products $.items[*].seen');
  });

  test('one flaky item does not excuse the other items of its column', async () => {
    const items = (price: number): object[] =>
      Array.from({ length: 10 }, (_, id) => ({ id, price: price + id }));
    const flaky = (wrong: boolean): TwinTools =>
      twins((side, _, turn) => {
        const list = items(side === 'new' && wrong ? 100 : 10);
        if (side === 'old' && turn === 2) list[0] = { id: 0, price: 11 };
        return { body: list };
      });
    expect(await parity(flaky(true))).toMatchObject({ outcome: 'fail' });
    const finding = await parity(flaky(false));
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.summary).toContain('old differs from itself: GET /products $[*].price');
  });

  test('one difference in a while is neither proof nor nothing; more of them are proof', async () => {
    const rare = (every: number): TwinTools =>
      twins((side, _, turn) => ({
        body: { price: side === 'new' && turn % every === 1 ? 2 : 1, name: 'Cup' },
      }));
    const finding = await parity(rare(8));
    expect(finding, finding.summary).toMatchObject({ outcome: 'unknown', cause: 'perhaps-chance' });
    expect(finding.summary).toContain('$.price differs 2 of 10 times');
    expect(await parity(rare(8), { rounds: 20 })).toMatchObject({ outcome: 'unknown' });
    expect(await parity(rare(2), { rounds: 20 })).toMatchObject({ outcome: 'fail' });
  });

  test('a field with two values at random hardly ever fails two equal systems', async () => {
    const random = seeded();
    const ends = { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0 };
    for (let run = 0; run < 200; run += 1) {
      const finding = await parity(
        twins(() => ({ body: { variant: random() < 0.5 ? 'a' : 'b', name: 'Cup' } })),
      );
      ends[finding.outcome] += 1;
    }
    expect(ends.fail).toBeLessThanOrEqual(6);
    expect(ends.pass).toBeGreaterThan(150);
  });

  describe('two equal systems whose answers depend on one random choice hardly ever fail', () => {
    const list = (bucket: string): object[] =>
      Array.from({ length: 40 }, (_, id) => ({ id, price: bucket === 'a' ? id : id * 2, shown: bucket }));
    const paths = Array.from({ length: 10 }, (_, at) => ({ path: `/${at}` }));
    const kinds: Record<string, { body: (random: () => number) => unknown; requests?: object[] }> = {
      'forty items of one of two buckets': { body: (random) => list(random() < 0.5 ? 'a' : 'b') },
      'a bucket that one in five gets': { body: (random) => list(random() < 0.2 ? 'a' : 'b') },
      'a list in one of two orders': {
        body: (random) => (random() < 0.5 ? list('a') : [...list('a')].reverse()),
      },
      'twenty fields, each by itself': {
        body: (random) =>
          Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at, at < 20 ? random() < 0.5 : at])),
      },
      'ten requests': { body: (random) => list(random() < 0.5 ? 'a' : 'b'), requests: paths },
    };
    test.each(Object.entries(kinds))('%s', async (_, { body, requests }) => {
      const random = seeded();
      let failed = 0;
      for (let run = 0; run < 200; run += 1) {
        const tools = twins(() => ({ body: body(random) }));
        const finding = await parity(tools, requests === undefined ? {} : { requests });
        if (finding.outcome === 'fail') failed += 1;
      }
      expect(failed).toBeLessThanOrEqual(1);
    });

    test.each([
      ['one field of each item', (id: number) => ({ id, price: 1, stock: 5 }), {}],
      ['one item of forty', (id: number) => ({ id, stock: id === 7 ? 5 : 0 }), {}],
      ['one of ten requests', (id: number) => ({ id, stock: 5 }), { requests: paths }],
    ] as const)('and one that really differs is found beside it: %s', async (_, item, given) => {
      const random = seeded();
      let failed = 0;
      for (let run = 0; run < 20; run += 1) {
        const tools = twins((side, { url }) => {
          const bucket = random() < 0.5 ? 'a' : 'b';
          const items = Array.from({ length: 40 }, (_unused, id) => ({
            ...item(id),
            shown: bucket,
            fixed: id,
          }));
          const other = side === 'new' && ('requests' in given ? url.endsWith('/3') : true);
          return {
            body: other ? items.map((one) => ({ ...one, stock: one.stock === 5 ? 4 : one.stock })) : items,
          };
        });
        if ((await parity(tools, given)).outcome === 'fail') failed += 1;
      }
      expect(failed).toBe(20);
    });
  });

  test('noise in one field does not hide a difference in another', async () => {
    let now = 0;
    const tools = twins((side) => ({ body: { seen: (now += 1), total: side === 'new' ? 2 : 1 } }));
    expect(await parity(tools)).toMatchObject({ outcome: 'fail' });
  });

  test('new is asked between two questions to old: a clock that moves in between is noise', async () => {
    const order: Side[] = [];
    await parity(twins((side) => (order.push(side), {})));
    expect(order).toEqual(['old', 'new', 'old', 'old', 'new', 'old']);
  });

  test.each<[string, (side: Side, request: WireRequest, turn: number) => Answer, string]>([
    [
      'a body that is all noise',
      (_, __, turn) => ({ body: { at: turn * Math.random() } }),
      'nothing-compared',
    ],
    [
      'a list of which only the length is no noise',
      () => ({ body: [{ id: Math.random() }, { id: Math.random() }] }),
      'nothing-compared',
    ],
    ['a page that is another one each time', () => ({ body: `<p>${Math.random()}</p>` }), 'nothing-compared'],
    ['an old system that is broken', (side) => ({ status: side === 'old' ? 500 : 200 }), 'old-is-broken'],
    ['both broken alike', () => ({ status: 503 }), 'old-is-broken'],
    ['an expired token: both refuse', () => ({ status: 401, body: { error: 'expired' } }), 'old-refuses'],
    [
      'a mistyped path: both have no such thing',
      () => ({ status: 404, body: { error: 'no' } }),
      'old-refuses',
    ],
    ['an expired cookie: both send to the login', () => ({ status: 302, body: '' }), 'old-refuses'],
    [
      'a body of which most is noise',
      () => ({ body: { at: Math.random(), id: Math.random(), ok: true } }),
      'nothing-compared',
    ],
    ['a status of old that changes', (_, __, turn) => ({ status: turn % 2 ? 200 : 404 }), 'old-is-unsteady'],
    [
      'an old system that is gone',
      (side) => (side === 'old' ? new TargetUnreachable('refused', 'refused') : {}),
      'old-unreachable',
    ],
    ['a rate limit', (side) => ({ status: side === 'new' ? 429 : 200 }), 'rate-limited'],
  ])('%s is unknown', async (_, answer, cause) => {
    expect(await parity(twins(answer))).toMatchObject({ outcome: 'unknown', cause });
  });

  test('new that gives no answer fails', async () => {
    const tools = twins((side) => (side === 'new' ? new TargetUnreachable('refused', 'refused') : {}));
    expect(await parity(tools)).toMatchObject({ outcome: 'fail' });
  });

  test('a request that cannot be told does not hide one that differs, and holds up one that is equal', async () => {
    const requests = [{ path: '/broken' }, { path: '/other' }];
    const tools = (differs: boolean): TwinTools =>
      twins((side, { url }) =>
        url.endsWith('/broken') ? { status: 500 } : { body: { a: differs && side === 'new' ? 1 : 2 } },
      );
    expect(await parity(tools(true), { requests })).toMatchObject({ outcome: 'fail' });
    expect(await parity(tools(false), { requests })).toMatchObject({ outcome: 'unknown' });
  });

  test('an ignored field may differ, and the reason is told; others under another name may not', async () => {
    const tools = twins((side) => ({ body: [{ at: side, atAll: 1 }] }));
    const finding = await parity(tools, { ignore: [{ path: '$[*].at', because: 'a time of import' }] });
    expect(finding.outcome, finding.summary).toBe('pass');
    expect(finding.summary).toContain('Ignored: $[*].at (a time of import).');
    const prefix = twins((side) => ({ body: { at: 1, atAll: side } }));
    expect(await parity(prefix, { ignore: [{ path: '$.at', because: 'x' }] })).toMatchObject({
      outcome: 'fail',
    });
  });

  test('a refusal that is meant is named, and then compared like any answer', async () => {
    const requests = [{ path: '/old-page', status: 404 }];
    const both = (status: number): TwinTools => twins(() => ({ status, body: { error: 'gone' } }));
    expect(await parity(both(404), { requests })).toMatchObject({ outcome: 'pass' });
    expect(await parity(both(200), { requests })).toMatchObject({ outcome: 'unknown', cause: 'old-refuses' });
    const mended = twins((side) => ({ status: side === 'new' ? 200 : 404 }));
    expect(await parity(mended, { requests })).toMatchObject({ outcome: 'fail' });
  });

  test('a request that may change data needs the reason why it is harmless', () => {
    const probe = (request: object) =>
      Probe.safeParse({ kind: 'parity', id: 'p', title: 'p', requests: [request] }).success;
    expect(probe({ method: 'POST', path: '/search', json: {} })).toBe(false);
    expect(probe({ method: 'POST', path: '/search', json: {}, harmlessBecause: 'a search' })).toBe(true);
  });
});

const IDENTITIES = [
  { name: 'anonymous' },
  { name: 'user', headers: { authorization: 'u' } },
  { name: 'admin', headers: { authorization: 'a' } },
];

function guards(answer: (side: Side, who: string, url: string) => number, given: object = {}) {
  const probe = Probe.parse({
    kind: 'guards',
    id: 'guards-as-old',
    title: 'Guards as on old',
    routes: [{ path: '/account' }, { path: '/admin' }],
    identities: IDENTITIES,
    ...given,
  }) as Extract<Probe, { kind: 'guards' }>;
  const tools = twins((side, { headers, url }) => ({
    status: answer(side, headers['authorization'] ?? '', url),
  }));
  const headersOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) => {
    const texts = headers as Readonly<Record<string, string>>;
    return { new: texts, old: texts };
  };
  return probeFinding('guards-as-old', () => probeGuards(probe, headersOf, tools));
}

const right = (who: string, url: string): number => {
  if (who === 'a') return 200;
  if (url.endsWith('/admin')) return who === 'u' ? 403 : 401;
  return who === 'u' ? 200 : 401;
};

describe('route guards', () => {
  test('equal guards pass, also with another status of the same class', async () => {
    const finding = await guards((side, who, url) => {
      const status = right(who, url);
      return side === 'new' && status === 401 ? 403 : status;
    });
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: 6 });
  });

  test('a route that lets in somebody whom old refuses fails, and says whom', async () => {
    const finding = await guards((side, who, url) => (side === 'new' && who === 'u' ? 200 : right(who, url)));
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'guards-differ' });
    expect(finding.summary).toContain('GET /admin: anonymous 401, user 200, admin 200');
  });

  test('a route that refuses somebody whom old lets in fails', async () => {
    expect(await guards((side, who, url) => (side === 'new' ? 401 : right(who, url)))).toMatchObject({
      outcome: 'fail',
    });
  });

  test('a route that old cannot answer does not hide one that is open, and holds up those that are equal', async () => {
    const routes = [{ path: '/admin' }, { path: '/reports' }];
    const broken = (open: boolean) =>
      guards(
        (side, who, url) => {
          if (url.endsWith('/reports')) return side === 'old' ? 500 : 200;
          return open && side === 'new' ? 200 : right(who, url);
        },
        { routes },
      );
    expect(await broken(true)).toMatchObject({ outcome: 'fail', cause: 'guards-differ' });
    expect(await broken(false)).toMatchObject({ outcome: 'unknown', cause: 'old-is-broken' });
  });

  test('credentials that old does not know prove nothing', async () => {
    const finding = await guards((_, who, url) => (who === 'u' ? 401 : right(who, url)));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'identity-not-told-apart' });
    expect(finding.summary).toContain('"user"');
  });

  test('without anybody who is not logged in there is no probe', () => {
    const parse = (identities: unknown) =>
      Probe.safeParse({ kind: 'guards', id: 'g', title: 'g', routes: [{ path: '/' }], identities }).success;
    expect(parse(IDENTITIES)).toBe(true);
    expect(parse(IDENTITIES.slice(1))).toBe(false);
    expect(parse([{ name: 'x' }, { name: 'x', headers: { a: 'b' } }])).toBe(false);
  });
});
