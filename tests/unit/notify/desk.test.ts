import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../contract/history/run-record.ts';
import { parsePlan, type Plan } from '../../../contract/plan/plan.ts';
import type { AlertsEnd } from '../../../contract/ports/alert-desk.ts';
import { createPost } from '../../../host/post.ts';
import { openAlertDesk } from '../../../notify/desk.ts';
import { type Kept, outboxFile } from '../../../notify/outbox.ts';
import { createRedactor } from '../../../safety/redactor.ts';
import { ROUTING_KEY, startStandIns, type StandIns, WEBHOOK_SECRET } from '../../notify/stand-ins.ts';
import { runs } from '../contract/notify/rules.ts';

let standIns: StandIns;
let directory: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  standIns = await startStandIns();
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-notify-'));
  env = {
    SLACK_URL: standIns.url('slack'),
    TEAMS_URL: standIns.url('teams'),
    PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
    WEBHOOK_SECRET,
  };
});
afterEach(async () => {
  await standIns.close();
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true, force: true });
});

const CHANNELS = (): object => ({
  page: {
    adapter: 'pagerduty',
    routingKey: { secret: 'PAGERDUTY_ROUTING_KEY' },
    url: standIns.url('pagerduty'),
  },
  team: { adapter: 'slack', url: { secret: 'SLACK_URL' } },
  security: { adapter: 'teams', url: { secret: 'TEAMS_URL' } },
  own: { adapter: 'webhook', url: standIns.url('webhook'), secret: { secret: 'WEBHOOK_SECRET' } },
});

/** By default everybody is told of everything. */
function planOf(notify: object = {}, check: object = {}, synthetic: object = {}): Plan {
  return parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
    probes: [
      {
        kind: 'endpoints',
        id: 'checkout-works',
        title: 'A customer can buy',
        phases: ['synthetic'],
        paths: ['/'],
        owner: 'Ada',
        runbook: 'https://wiki.example.com/checkout',
        ...check,
      },
    ],
    synthetic,
    notify: { channels: CHANNELS(), routes: [{ to: ['page', 'team', 'security', 'own'] }], ...notify },
  });
}

/** Decides and tells after each run, each time as a new process would: all that is known is in the history and the file. */
async function passes(
  records: readonly RunRecord[],
  { plan = planOf(), earlier = [] }: { readonly plan?: Plan; readonly earlier?: readonly RunRecord[] } = {},
): Promise<readonly AlertsEnd[]> {
  const ends: AlertsEnd[] = [];
  for (const [index, record] of records.entries()) {
    const now = (): Date => new Date(Date.parse(record.endedAt));
    standIns.clock = () => now().getTime();
    const desk = openAlertDesk({
      plan,
      phase: 'synthetic',
      stateDirectory: directory,
      env,
      redactor: createRedactor({ env, values: ['hunter2-hunter2'] }),
      post: createPost(() => Promise.resolve(), { attempts: 1, attemptMs: 5000 }),
      now,
    });
    ends.push(await desk.decideAlerts(record, [...earlier, ...records.slice(0, index)]));
  }
  return ends;
}

function kept(): Kept {
  return JSON.parse(readFileSync(outboxFile(directory, 'shop', 'synthetic'), 'utf8')) as Kept;
}

const what = (): Readonly<Record<string, readonly string[]>> => ({
  pagerduty: standIns.arrived.pagerduty,
  slack: standIns.arrived.slack.map((text) => text.replace(/\..*/, '')),
});

describe('a fault, and its end', () => {
  test('are told once each by every channel, in the form that it takes', async () => {
    const ends = await passes(runs('SSFFFFSSS'));
    expect(standIns.refused).toEqual([]);
    expect(what()).toEqual({
      pagerduty: ['trigger error', 'resolve'],
      slack: ['P2 shop: checkout-works is broken', 'P2 shop: checkout-works is well again'],
    });
    expect(standIns.arrived.teams).toHaveLength(2);
    expect(standIns.open.size).toBe(0);
    expect(ends.map(({ told }) => told.length > 0)).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0].map(Boolean));
  });

  test.each([
    ['by the hour, and a little late', 12, ['trigger error']],
    ['that stood still for more than two days', 48 * 12, []],
  ])('failures of a schedule %s', async (_name, pauses, expected) => {
    await passes(runs(`F${'-'.repeat(pauses)}F`));
    expect(standIns.arrived.pagerduty).toEqual(expected);
  });

  test('are silent while all is well', async () => {
    const ends = await passes(runs('SSSSSSSSSS'));
    expect(ends.flatMap(({ told, problems }) => [...told, ...problems])).toEqual([]);
    expect(standIns.arrived).toEqual({ slack: [], teams: [], pagerduty: [], webhook: [] });
  });

  test('go where the routes say', async () => {
    const plan = planOf({
      routes: [
        { kinds: ['security'], to: ['security'] },
        { kinds: ['blind'], to: ['own', 'page'] },
        { to: ['team'] },
      ],
      checks: { 'checkout-works': { kind: 'security', level: 'P1', nextStep: 'Call Ada.' } },
    });
    await passes(runs('FFF'), { plan });
    expect([standIns.arrived.slack, standIns.arrived.pagerduty, standIns.arrived.teams.length]).toEqual([
      [],
      [],
      1,
    ]);
  });

  test('whoever heard of it hears that it got worse and that it is over, though routes name others by then', async () => {
    const plan = planOf({
      routes: [{ urgency: 'critical', to: ['page'] }, { to: ['team', 'security', 'own'] }],
      checks: { 'checkout-works': { level: 'P3', levels: [{ above: 0.05, level: 'P1' }] } },
    });
    const records = runs('FFFSS').map((record, index) => ({
      ...record,
      checks: record.checks.map((check) => ({ ...check, measured: index === 2 ? 0.1 : 0.01 })),
    }));
    await passes(records, { plan });
    expect(what()).toEqual({
      pagerduty: ['trigger critical', 'resolve'],
      slack: [
        'P3 shop: checkout-works is broken',
        'P1 shop: checkout-works got worse',
        'P1 shop: checkout-works is well again',
      ],
    });
    expect(kept().heard).toEqual({});
  });

  test('of our own blindness is an alert of its own', async () => {
    await passes(runs('SUUUUS'.repeat(1) + 'S'));
    expect(what()['slack']).toEqual([
      'P2 shop from default cannot be seen (no-route)',
      'P2 shop from default can be seen again (no-route)',
    ]);
  });

  test('secrets do not leave, and what a target says does nothing', async () => {
    const hostile = runs('FF').map((record) => ({
      ...record,
      checks: record.checks.map((check) => ({
        ...check,
        summary: `<!channel> hunter2-hunter2 [click](https://evil.example) & ${'x'.repeat(9000)}\n\nSubject: x`,
        measured: '<@U123>'.repeat(2000),
      })),
    }));
    await passes(hostile);
    expect(standIns.refused).toEqual([]);
    const all =
      JSON.stringify([standIns.arrived, [...standIns.open]]) +
      readFileSync(outboxFile(directory, 'shop', 'synthetic'), 'utf8');
    expect(all).not.toContain('hunter2');
    expect(standIns.arrived.slack.join('')).not.toContain('<!channel>');
    expect(standIns.arrived.slack.join('')).toContain('&lt;!channel&gt;');
  });
});

describe('a channel that does not work', () => {
  test.each([503, 404, 'hang-up'] as const)(
    '%s: the others tell of it once, and it gets all in order when it works again',
    async (failure) => {
      const records = runs('SFFFSSSS');
      standIns.fails = { pagerduty: failure };
      const ends = await passes(records.slice(0, 6), { plan: planOf() });
      expect(standIns.arrived.pagerduty).toEqual([]);
      // It was meant for all of them, so the others hear that the channel does not work, not the same again.
      expect(what()['slack']).toEqual([
        'P2 shop: checkout-works is broken',
        'P3 the channel page (pagerduty) cannot be reached',
        'P2 shop: checkout-works is well again',
      ]);
      expect(ends[2]?.problems.join('\n')).toMatch(/page \(pagerduty\): .*; 1 message waits/);
      standIns.fails = {};
      await passes(records.slice(6), { earlier: records.slice(0, 6) });
      expect(standIns.arrived.pagerduty).toEqual(['trigger error', 'resolve']);
      expect([kept().waiting, kept().outages, standIns.open.size]).toEqual([[], {}, 0]);
    },
  );

  test('what was meant for it alone is told by another, labelled', async () => {
    standIns.fails = { pagerduty: 503 };
    const plan = planOf({
      routes: [{ urgency: 'critical', to: ['page'] }, { to: ['team', 'security', 'own'] }],
    });
    await passes(runs('FFFF'), { plan });
    expect(what()['slack']).toEqual(['P2 shop: checkout-works is broken']);
    expect(standIns.arrived.webhook).toEqual(['told']);
    expect(kept().waiting.map(({ channel, attempts }) => [channel, attempts])).toEqual([['page', 3]]);
  });

  test('is renamed in the plan: what waited for it is told under the new name, and to nobody twice', async () => {
    standIns.fails = { pagerduty: 503 };
    const records = runs('FFF');
    await passes(records.slice(0, 2));
    standIns.fails = {};
    const { page, ...others } = CHANNELS() as Record<string, object>;
    const plan = planOf({
      channels: { ...others, 'on-call': page },
      routes: [{ to: ['on-call', 'team', 'security', 'own'] }],
    });
    await passes(records.slice(2), { plan, earlier: records.slice(0, 2) });
    expect(standIns.arrived.pagerduty).toEqual(['trigger error']);
    expect(what()['slack']?.filter((text) => text.includes('is broken'))).toHaveLength(1);
    expect(kept().waiting).toEqual([]);
  });

  test('who heard of it instead hears of its end, too, while the channel still does not work', async () => {
    standIns.fails = { slack: 503 };
    const plan = planOf({
      routes: [{ urgency: 'critical', to: ['team'] }, { to: ['page', 'security', 'own'] }],
    });
    await passes(runs('FFSS'), { plan });
    expect(standIns.arrived.pagerduty).toEqual(['trigger error', 'resolve']);
    expect([standIns.arrived.webhook, standIns.open.size]).toEqual([['told', 'resolved'], 0]);
    expect(kept().waiting.map(({ channel }) => channel)).toEqual(['team', 'team']);
  });

  test('is tried less and less often', async () => {
    standIns.fails = { slack: 503 };
    const plan = planOf({
      channels: { team: { adapter: 'slack', url: { secret: 'SLACK_URL' } } },
      routes: [{ to: ['team'] }],
    });
    await passes(runs('F'.repeat(60)), { plan });
    // 5 hours of runs every five minutes, and not 59 attempts.
    expect(kept().waiting.map(({ attempts }) => attempts)).toEqual([9]);
  });

  test('whose failure was written by a clock a year ahead does not wait for a year', async () => {
    standIns.fails = { pagerduty: 503 };
    const [first, second] = runs('FF') as [RunRecord, RunRecord];
    const year = (text: string): string => text.replace('2026', '2027');
    const ahead = { ...first, startedAt: year(first.startedAt), endedAt: year(first.endedAt) };
    const plan = planOf({ open: { failed: 1, of: 1 } });
    await passes([ahead], { plan });
    standIns.fails = {};
    await passes([second], { plan, earlier: [ahead] });
    expect(standIns.arrived.pagerduty).toEqual(['trigger error']);
    expect(kept().waiting).toEqual([]);
  });

  test('a variable that is not set is such a channel', async () => {
    delete env['SLACK_URL'];
    const ends = await passes(runs('FF'));
    expect(ends[1]?.problems.join()).toContain('team (slack): the environment variable SLACK_URL is not set');
    expect(standIns.arrived.pagerduty).toEqual(['trigger error', 'trigger warning']);
  });

  test('all of them: said on our own output, and nothing is lost', async () => {
    standIns.fails = { slack: 503, teams: 503, pagerduty: 503, webhook: 503 };
    const records = runs('FFFFFFFF');
    const ends = await passes(records.slice(0, 4));
    expect(ends[1]?.problems).toHaveLength(4);
    standIns.fails = {};
    await passes(records.slice(4), { earlier: records.slice(0, 4) });
    expect(what()).toEqual({ pagerduty: ['trigger error'], slack: ['P2 shop: checkout-works is broken'] });
  });
});

describe('a machine that dies', () => {
  test('after it decided and before it sent: the next one sends', async () => {
    const records = runs('FFF');
    await passes(records.slice(0, 1));
    const before = readFileSync(outboxFile(directory, 'shop', 'synthetic'), 'utf8');
    // The history holds the second run, and nobody lived to decide.
    writeFileSync(outboxFile(directory, 'shop', 'synthetic'), before);
    await passes(records.slice(2), { earlier: records.slice(0, 2) });
    expect(standIns.arrived.pagerduty).toEqual(['trigger error']);
    expect([...standIns.open.keys()]).toEqual(['greenlight/shop/check/checkout-works/default-2']);
  });

  test('after it sent and before it wrote that down: once more, under the same key, and counted', async () => {
    const records = runs('FFF');
    await passes(records.slice(0, 2));
    expect(standIns.arrived.webhook).toEqual(['opened']);
    // What was on disk when the message was on its way.
    const file = outboxFile(directory, 'shop', 'synthetic');
    const now = kept();
    const notice = Object.values(now.standing)[0];
    const begun = {
      channel: 'own',
      notice,
      attempts: 0,
      dueAt: notice?.at,
      begun: true,
      forwarded: false,
      to: ['own'],
    };
    writeFileSync(file, JSON.stringify({ ...now, waiting: [begun] }));
    await passes(records.slice(2), { earlier: records.slice(0, 2) });
    expect(standIns.arrived.webhook).toEqual(['opened', 'opened']);
    expect(standIns.repeated).toHaveLength(1);
    expect([kept().repeated, kept().waiting]).toEqual([1, []]);
  });

  test('and loses its file: only what is open is told again, under the same key', async () => {
    const records = runs('FFSSFFF');
    await passes(records.slice(0, 6));
    expect(standIns.arrived.pagerduty).toEqual(['trigger error', 'resolve', 'trigger error']);
    const [open] = standIns.open.keys();
    rmSync(outboxFile(directory, 'shop', 'synthetic'));
    await passes(records.slice(6), { earlier: records.slice(0, 6) });
    expect(standIns.arrived.pagerduty).toEqual([
      'trigger error',
      'resolve',
      'trigger error',
      'trigger error',
    ]);
    expect([...standIns.open.keys()]).toEqual([open]);
  });

  test('and leaves half a file: it is put aside and named', async () => {
    const records = runs('FFF');
    await passes(records.slice(0, 2));
    const file = outboxFile(directory, 'shop', 'synthetic');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100));
    const [end] = await passes(records.slice(2), { earlier: records.slice(0, 2) });
    expect(end?.problems.join()).toContain('is damaged and was put aside as');
    expect(existsSync(`${file}.damaged`)).toBe(true);
  });
});

test('a disk on which nothing can be kept: it is told all the same, and said', async () => {
  const records = runs('FF');
  // A file where the directory should be fails for root, too, as a full disk does.
  writeFileSync(path.join(directory, 'notify'), '');
  const ends = await passes(records);
  expect(standIns.arrived.pagerduty).toEqual(['trigger error']);
  expect(ends[1]?.problems.join('\n')).toMatch(
    /cannot be written \(E[A-Z]+\): what is told now may be told again, and failures of several runs may not add up/,
  );
});

test('where places are named, one of them tells', async () => {
  const plan = planOf({ locations: { broken: 1, tells: 'iad' } }, {}, { locations: ['fra', 'iad'] });
  const from = Date.now() - 10 * 60_000;
  const [fra, iad] = [
    runs('FF', { location: 'fra', from }),
    runs('SS', { location: 'iad', from: from + 1000 }),
  ];
  await passes(
    [fra[0], iad[0], fra[1]].filter((one) => one !== undefined),
    { plan },
  );
  expect(standIns.arrived.pagerduty).toEqual([]);
  await passes(iad.slice(1), { plan, earlier: [...fra, ...iad.slice(0, 1)] });
  expect(standIns.arrived.pagerduty).toEqual(['trigger error']);
});

test.each([undefined, { broken: 1 }])(
  'a place that the plan does not name tells nobody, and says so (notify.locations: %j)',
  async (locations) => {
    const plan = planOf(locations === undefined ? {} : { locations }, {}, { locations: ['fra'] });
    const ends = await passes(runs('FF'), { plan });
    expect(standIns.arrived.pagerduty).toEqual([]);
    expect(ends[1]?.problems.join()).toContain('nobody is told what is seen from default');
    const named = await passes(runs('FF', { location: 'fra' }), { plan });
    expect([standIns.arrived.pagerduty, named.flatMap(({ problems }) => problems)]).toEqual([
      ['trigger error'],
      [],
    ]);
  },
);

test('runs of a clock that was a year ahead, which are read by every run after them, count once', async () => {
  const ahead = runs('FF', { from: Date.parse('2027-11-30T10:00:00Z') }).map((record, index) => ({
    ...record,
    run: `ahead-${index}`,
  }));
  const well = runs('S'.repeat(400));
  for (const index of [1, 100, 200, 300, 399])
    await passes(well.slice(index, index + 1), { earlier: [...well.slice(0, index), ...ahead] });
  expect(standIns.arrived.pagerduty).toEqual(['trigger error', 'resolve']);
});
