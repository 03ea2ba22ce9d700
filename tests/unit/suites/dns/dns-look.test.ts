import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../contract/evidence/finding.ts';
import { Probe } from '../../../../contract/plan/probe.ts';
import type { NameServer } from '../../../../contract/plan/probes/dns.ts';
import { createHttpApplication } from '../../../../safety/http-application.ts';
import type { Control } from '../../../../suites/control.ts';
import { probeDns } from '../../../../suites/dns/dns-look.ts';
import { probeFinding } from '../../../../suites/probe-finding.ts';
import {
  a,
  cname,
  type NameServerStandIn,
  ns,
  record,
  type Said,
  type Say,
  startNameServer,
  zone,
} from './name-server-stand-in.ts';

const open: NameServerStandIn[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

async function start(say: Say, address?: string, port?: number): Promise<NameServerStandIn> {
  const standIn = await startNameServer(say, address, port);
  open.push(standIn);
  return standIn;
}

const control = (answer: 'answers' | 'silent' | 'not-asked' = 'answers', now?: number): Control => ({
  ask: async () => answer,
  answer: undefined,
  time: async () => now ?? Date.now(),
});

type Given = Readonly<Record<string, unknown>>;

function look(
  over: Given,
  ours: readonly NameServer[] = [],
  by: { readonly control?: Control; readonly port?: number } = {},
): Promise<Finding> {
  const probe = Probe.parse({
    kind: 'dns',
    id: 'dns',
    title: 'x',
    name: 'shop.test',
    budgetMs: 2000,
    ...over,
  }) as Extract<Probe, { kind: 'dns' }>;
  const tools = {
    application: createHttpApplication(),
    urls: { app: 'https://shop.test' },
    control: by.control ?? control(),
  };
  return probeFinding('dns', () => probeDns(probe, tools, ours, by.port));
}

const at = ({ address, port }: NameServer, name?: string): Given => ({
  address,
  port,
  ...(name && { name }),
});
const wrongOf = ({ detail }: Finding): readonly string[] =>
  detail?.kind === 'probe' ? detail.statements.filter(({ ok }) => !ok).map(({ name }) => name) : [];

/** A port on which nobody listens. */
async function deadServer(): Promise<NameServer> {
  const standIn = await startNameServer(() => undefined);
  await standIn.close();
  return { address: standIn.address, port: standIn.port };
}

const GOOD = zone([a('shop.test', '192.0.2.1', 300)]);

describe('what the servers of the zone say', () => {
  type Case = [what: string, say: Say, over: Given, outcome: string, cause?: string];
  test.each<Case>([
    ['a record with a short TTL', GOOD, { ttlAtMost: 300 }, 'pass'],
    [
      'a TTL that is a second too long',
      zone([a('shop.test', '192.0.2.1', 301)]),
      { ttlAtMost: 300 },
      'fail',
      'ttl',
    ],
    ['no such name', zone([a('other.test', '192.0.2.1')]), {}, 'fail', 'no-such-name'],
    ['a name without such a record', GOOD, { type: 'AAAA' }, 'fail', 'no-record'],
    ['a server that fails', () => ({ rcode: 'SERVFAIL' }), {}, 'fail', 'server-fails'],
    ['the right address', GOOD, { expect: { addresses: ['192.0.2.1', '192.0.2.2'] } }, 'pass'],
    [
      'one of two addresses is the old one',
      zone([a('shop.test', '192.0.2.1'), a('shop.test', '192.0.2.9')]),
      { expect: { addresses: ['192.0.2.1'] } },
      'fail',
      'points-elsewhere',
    ],
    [
      'the same IPv6 address, written otherwise',
      zone([record('AAAA')('shop.test', '2001:db8::1')]),
      { type: 'AAAA', expect: { addresses: ['2001:0DB8:0:0::1'] } },
      'pass',
    ],
    [
      'the right CNAME',
      zone([cname('shop.test', 'LB.example.net')]),
      { type: 'CNAME', expect: { cname: 'lb.example.net' } },
      'pass',
    ],
    [
      'another CNAME',
      zone([cname('shop.test', 'old.example.net')]),
      { type: 'CNAME', expect: { cname: 'lb.example.net' } },
      'fail',
      'points-elsewhere',
    ],
    [
      'as another host',
      zone([a('shop.test', '192.0.2.1'), a('lb.test', '192.0.2.1')]),
      { expect: { sameAs: 'lb.test' } },
      'pass',
    ],
    [
      'not as the other host',
      zone([a('shop.test', '192.0.2.1'), a('lb.test', '192.0.2.7')]),
      { expect: { sameAs: 'lb.test' } },
      'fail',
      'points-elsewhere',
    ],
    [
      'the other host is not there',
      zone([a('shop.test', '192.0.2.1'), cname('lb.test', 'lb.test')]),
      { expect: { sameAs: 'lb.test' } },
      'unknown',
      'nothing-to-compare',
    ],
    [
      'the TTL of the name counts, and not that of what it stands for',
      zone([cname('shop.test', 'lb.test', 60), a('lb.test', '192.0.2.1', 3600)]),
      { ttlAtMost: 300 },
      'pass',
    ],
    [
      'an answer that only fits over TCP',
      (question, over) => ({ truncated: true, ...GOOD(question, over) }),
      { ttlAtMost: 300 },
      'pass',
    ],
    [
      'a server that answers over TCP alone',
      (question, over) => (over === 'udp' ? undefined : GOOD(question, over)),
      {},
      'pass',
    ],
    [
      'something that answers like a resolver',
      (question, over) => ({ ...GOOD(question, over), authoritative: false, recursive: true }),
      {},
      'unknown',
      'not-authoritative',
    ],
  ])('%s', async (_what, say, over, outcome, cause) => {
    const server = await start(say);
    const finding = await look({ servers: [at(server)], ...over });
    expect(finding, finding.summary).toMatchObject({ outcome, ...(cause && { cause }) });
    if (outcome !== 'pass') expect(finding.remedy).toBeTruthy();
  });

  test('a name that stands for one in the zone of somebody else is followed by our resolver', async () => {
    const own = zone([cname('shop.test', 'edge.cdn.test', 60)]);
    const server = await start((question, over) =>
      question.name === 'shop.test' ? own(question, over) : { rcode: 'REFUSED', authoritative: false },
    );
    const resolver = await start(zone([a('edge.cdn.test', '192.0.2.1')]));
    const given = { servers: [at(server)], ttlAtMost: 300 };
    const well = await look({ ...given, expect: { addresses: ['192.0.2.1'] } }, [resolver]);
    expect(well, well.summary).toMatchObject({ outcome: 'pass' });
    const elsewhere = await look({ ...given, expect: { addresses: ['192.0.2.2'] } }, [resolver]);
    expect(elsewhere.cause).toBe('points-elsewhere');
    resolver.say = () => ({ rcode: 'SERVFAIL' });
    expect(await look(given, [resolver])).toMatchObject({ outcome: 'unknown', cause: 'other-zone-fails' });
  });

  test('what leads out of the zone is for others to answer, each time and at each place another way', async () => {
    let turn = 0;
    const cdn = await start((question, over) =>
      zone([a('edge.cdn.test', `192.0.2.${(turn += 1)}`)])(question, over),
    );
    const alias =
      (to: string): Say =>
      (question, over) =>
        question.name === 'shop.test'
          ? zone([cname('shop.test', to, 60)])(question, over)
          : { rcode: 'REFUSED', authoritative: false };
    const [one, two] = [await start(alias('edge.cdn.test')), await start(alias('edge.cdn.test'))];
    const servers = [at(one), at(two)];
    const well = await look({ servers }, [cdn]);
    expect(well, well.summary).toMatchObject({ outcome: 'pass' });
    const resolved = (to: string): Say => zone([cname('shop.test', to), a(to, '198.51.100.7')]);
    const far = await start(resolved('edge.cdn.test'));
    const given = { servers, resolvers: [at(far)] };
    expect(await look(given, [cdn])).toMatchObject({ outcome: 'unknown', cause: 'answers-rotate' });
    far.say = resolved('old.cdn.test');
    expect(await look(given, [cdn])).toMatchObject({ outcome: 'fail', cause: 'resolver-disagrees' });
    two.say = alias('old.cdn.test');
    const both = await start(zone([a('edge.cdn.test', '192.0.2.1'), a('old.cdn.test', '192.0.2.2')]));
    expect(await look({ servers }, [both])).toMatchObject({ outcome: 'fail', cause: 'servers-disagree' });
  });

  test('a resolver that has one of several answers that take turns is no disagreement', async () => {
    let turn = 0;
    const weighted = await start((question, over) =>
      zone([a('shop.test', `192.0.2.${2 - ((turn += 1) % 2)}`)])(question, over),
    );
    const other = await start(zone([a('shop.test', '192.0.2.2')]));
    const given = { servers: [at(weighted)], resolvers: [at(other)] };
    expect(await look(given)).toMatchObject({ outcome: 'unknown', cause: 'answers-rotate' });
  });

  test('one of two servers does not speak for the zone, or has another version of it', async () => {
    const [one, two] = [await start(GOOD), await start(GOOD)];
    const given = { servers: [at(one), at(two, 'ns2')] };
    expect((await look(given)).outcome).toBe('pass');
    two.say = () => ({ rcode: 'REFUSED' });
    expect(await look(given)).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
    two.say = (question, over) => ({ ...GOOD(question, over), authoritative: false });
    const lame = await look(given);
    expect(lame).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
    expect(lame.summary).toContain('ns2');
    two.say = zone([a('shop.test', '192.0.2.9')]);
    expect(await look(given)).toMatchObject({ outcome: 'fail', cause: 'servers-disagree' });
  });

  test('what nobody can tell hides no server that does not speak for the zone', async () => {
    const alias: Say = (question, over) =>
      question.name === 'shop.test'
        ? zone([cname('shop.test', 'edge.cdn.test', 60)])(question, over)
        : { rcode: 'REFUSED', authoritative: false };
    const [lame, good] = [await start(() => ({ rcode: 'REFUSED' })), await start(alias)];
    const resolver = await start(() => ({ rcode: 'SERVFAIL' }));
    const found = await look({ servers: [at(lame, 'ns1'), at(good)] }, [resolver]);
    expect(found).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
    expect(wrongOf(found)).toHaveLength(1);
    expect(await look({ servers: [at(good)] }, [resolver])).toMatchObject({
      outcome: 'unknown',
      cause: 'other-zone-fails',
    });
    let turn = 0;
    const turning = await start((question, over) =>
      zone([a('shop.test', `192.0.2.${(turn += 1) % 3}`)])(question, over),
    );
    const servers = [at(lame, 'ns1'), at(turning), at(await start(turning.say))];
    expect(await look({ servers })).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
    // The name to compare with cannot be asked for, and one of the servers is lame all the same.
    const sameAs = { servers: [at(lame, 'ns1'), at(await start(GOOD))], expect: { sameAs: 'edge.cdn.test' } };
    expect(await look(sameAs, [resolver])).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
  });

  test('answers that rotate are no disagreement, and with a list none is needed', async () => {
    let turn = 0;
    const turning: Say = (question, over) =>
      zone([a('shop.test', `192.0.2.${(turn += 1) % 3}`)])(question, over);
    const given = { servers: [at(await start(turning)), at(await start(turning))] };
    expect(await look(given)).toMatchObject({ outcome: 'unknown', cause: 'answers-rotate' });
    const all = { addresses: ['192.0.2.0', '192.0.2.1', '192.0.2.2'] };
    expect((await look({ ...given, expect: all })).outcome).toBe('pass');
  });
});

describe('our side', () => {
  test('a silent server fails while another answers; alone it is unknown', async () => {
    const [good, dead] = [await start(GOOD), await deadServer()];
    expect(await look({ servers: [at(good), at(dead)] })).toMatchObject({
      outcome: 'fail',
      cause: 'server-silent',
    });
    expect(await look({ servers: [at(dead)] })).toMatchObject({ outcome: 'unknown', cause: 'dns-silent' });
    const silent = await look({ servers: [at(good), at(dead)] }, [], { control: control('silent') });
    expect(silent).toMatchObject({ outcome: 'unknown', cause: 'network' });
    // That a resolver outside answers shows that questions get out.
    const seen = await look({ servers: [at(dead)], resolvers: [at(good)] });
    expect(seen).toMatchObject({ outcome: 'fail', cause: 'server-silent' });
  });

  test('all servers refuse us while our resolver has the answer: a firewall does the same', async () => {
    const refusing = await start(() => ({ rcode: 'REFUSED' }));
    const resolver = await start(GOOD);
    const given = { servers: [at(refusing)] };
    expect(await look(given, [resolver])).toMatchObject({ outcome: 'unknown', cause: 'refused-here' });
    resolver.say = () => ({ rcode: 'SERVFAIL' });
    expect(await look(given, [resolver])).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
  });

  test('without a resolver of our own nobody finds the servers', async () => {
    expect(await look({}, [await deadServer()])).toMatchObject({ outcome: 'unknown', cause: 'own-resolver' });
    const failing = await start(() => ({ rcode: 'REFUSED' }));
    expect(await look({}, [failing])).toMatchObject({ outcome: 'unknown', cause: 'own-resolver' });
  });
});

describe('resolvers', () => {
  const stale: Say = zone([a('shop.test', '192.0.2.9', 240)]);
  async function with2(say: Say, over: Given = {}, by?: Parameters<typeof look>[2]): Promise<Finding> {
    const [server, well, other] = [await start(GOOD), await start(GOOD), await start(say)];
    return look(
      { servers: [at(server)], resolvers: [at(well, 'well'), at(other, 'other')], ...over },
      [],
      by,
    );
  }
  const moved = (agoS: number): Given => ({
    moved: { at: new Date(Date.now() - agoS * 1000).toISOString(), oldTtl: 300 },
  });

  test('they agree', async () => {
    const finding = await with2(GOOD, moved(10));
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
    expect(finding.summary).toMatch(/2 of 2 resolvers agree; old answers may be kept until \d{4}-/);
  });

  test('an old answer is unknown until it must have ended, and then it fails', async () => {
    const early = await with2(stale, moved(10));
    expect(early).toMatchObject({ outcome: 'unknown', cause: 'old-answers-kept' });
    expect(early.summary).toContain('other');
    expect(early.remedy).toMatch(/^run again after 20/);
    const late = await with2(stale, moved(301));
    expect(late).toMatchObject({ outcome: 'fail', cause: 'resolver-disagrees' });
    expect(late.measured).toBe('192.0.2.9, kept for 240 s more');
    expect(await with2(stale)).toMatchObject({ outcome: 'fail', cause: 'resolver-disagrees' });
    expect(await with2(() => ({ rcode: 'NXDOMAIN', authoritative: false }))).toMatchObject({
      outcome: 'fail',
      cause: 'resolver-disagrees',
    });
  });

  test('whether old answers have ended is not told by a clock that is far off', async () => {
    const hourAhead = control('answers', Date.now() + 3_600_000);
    expect(await with2(stale, moved(301), { control: hourAhead })).toMatchObject({
      outcome: 'unknown',
      cause: 'own-clock',
    });
  });

  test('one that fails by itself is unknown; one that finds the signature wrong shows a fault of the zone', async () => {
    expect(await with2(() => ({ rcode: 'SERVFAIL' }))).toMatchObject({
      outcome: 'unknown',
      cause: 'resolver-fails',
    });
    // The second question is the one that wants the answer whatever its signature.
    const failing = (...failed: readonly number[]): Say => {
      let asked = 0;
      return (question, over) =>
        failed.includes((asked += 1)) ? { rcode: 'SERVFAIL' } : GOOD(question, over);
    };
    expect(await with2(failing(1, 3))).toMatchObject({ outcome: 'fail', cause: 'dnssec' });
    expect(await with2(failing(1))).toMatchObject({ outcome: 'unknown', cause: 'resolver-fails' });
  });

  test('one that cannot be reached is unknown, by its name, and hides no fault', async () => {
    const [server, dead] = [await start(GOOD), await deadServer()];
    const given = { servers: [at(server)], resolvers: [at(dead, 'Quad9')] };
    const finding = await look(given);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'resolver-silent' });
    expect(finding.summary).toContain('Quad9');
    expect(await look({ ...given, ttlAtMost: 60 })).toMatchObject({ outcome: 'fail', cause: 'ttl' });
  });
});

/** Addresses of their own on one port: only Linux has all of 127.0.0.0/8. */
describe.runIf(process.platform === 'linux')('which servers speak for the zone', () => {
  async function world(child: Say, resolving: (say: Say) => Say = (say) => say) {
    const parent = await start(
      ({ type, name }) =>
        // What the zone above says wins over nothing: it still names a server that is gone from the zone.
        type === 'A' && name === 'shop.brand.test'
          ? {
              authoritative: false,
              authorities: [ns('brand.test', 'ns1.host.test'), ns('brand.test', 'ns2.host.test')],
            }
          : { rcode: 'NXDOMAIN' },
      '127.0.0.2',
    );
    const { port } = parent;
    const one = await start(
      zone([a('shop.brand.test', '192.0.2.1', 300), ns('brand.test', 'ns1.host.test')]),
      '127.0.0.3',
      port,
    );
    const two = await start(child, '127.0.0.4', port);
    const resolver = await start(
      resolving(
        zone([
          ns('test', 'a.root.test'),
          ns('brand.test', 'ns1.host.test'),
          a('a.root.test', '127.0.0.2'),
          a('ns1.host.test', '127.0.0.3'),
          a('ns2.host.test', '127.0.0.4'),
        ]),
      ),
    );
    const finding = await look({ name: 'Shop.Brand.test', ttlAtMost: 300 }, [resolver], { port });
    return { finding, one, two };
  }

  test('those of the zone and those of its delegation are asked', async () => {
    const { finding, one, two } = await world(zone([a('shop.brand.test', '192.0.2.1', 300)]));
    expect(finding, finding.summary).toMatchObject({ outcome: 'pass' });
    expect(one.asked).toContain('udp A shop.brand.test');
    expect(two.asked).toContain('udp A shop.brand.test');
  });

  test('that our resolver does not find out the address of a server does not say that it has none', async () => {
    const say: Say = zone([a('shop.brand.test', '192.0.2.1', 300)]);
    const but =
      (said: Said) =>
      (others: Say): Say =>
      (question, over) =>
        question.name === 'ns2.host.test' ? said : others(question, over);
    const { finding } = await world(say, but({ rcode: 'SERVFAIL' }));
    expect(finding, finding.summary).toMatchObject({ outcome: 'unknown', cause: 'own-resolver' });
    expect(finding.summary).toContain('ns2.host.test');
    const none = await world(say, but({ rcode: 'NXDOMAIN' }));
    expect(none.finding).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
  });

  test('the delegation names one that does not know the zone any more', async () => {
    const { finding } = await world(() => ({ rcode: 'REFUSED', authoritative: false }));
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'lame-delegation' });
    expect(wrongOf(finding)[0]).toContain('ns2.host.test (127.0.0.4');
  });
});

const dig = spawnSync('dig', ['-v']).status === 0;
test.skipIf(!dig)('dig reads the stand-in as the probe does', async () => {
  const server = await start(zone([cname('shop.test', 'lb.test', 60), a('lb.test', '192.0.2.1', 90)]));
  const ask = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('dig', [`@${server.address}`, '-p', String(server.port), '+norec', ...args]))
      .stdout;
  const answer = await ask('shop.test', 'A');
  expect(answer).toMatch(/status: NOERROR[^]*flags: qr aa;/);
  expect(answer).toMatch(/shop\.test\.\s+60\s+IN\s+CNAME\s+lb\.test\./);
  expect(answer).toMatch(/lb\.test\.\s+90\s+IN\s+A\s+192\.0\.2\.1/);
  expect(await ask('+tcp', 'no.test', 'A')).toContain('status: NXDOMAIN');
  server.say = (question, over) => ({
    truncated: true,
    ...zone([a('shop.test', '192.0.2.1')])(question, over),
  });
  // It asks again over TCP by itself.
  expect(await ask('+short', 'shop.test', 'A')).toContain('192.0.2.1');
});
