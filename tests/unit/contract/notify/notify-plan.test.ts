import { describe, expect, test } from 'vitest';
import { GreenlightError } from '../../../../contract/errors.ts';
import type { Notify } from '../../../../contract/notify/notify.ts';
import { channelsFor } from '../../../../contract/notify/routes.ts';
import { incidentRulesOf } from '../../../../contract/notify/watched-checks.ts';
import { secret } from '../../../../contract/index.ts';
import { parsePlan, type Plan } from '../../../../contract/plan/plan.ts';
import type { z } from 'zod';

type NotifyInput = z.input<typeof Notify>;

const TEAM: NotifyInput = {
  channels: { team: { adapter: 'slack', url: secret('SLACK_URL') } },
  routes: [{ to: ['team'] }],
};

const probe = (id: string, severity: 'blocking' | 'advisory' = 'blocking') => ({
  kind: 'endpoints',
  id,
  title: id,
  phases: ['synthetic'],
  severity,
  paths: ['/'],
});

function plan(notify: unknown): unknown {
  return {
    target: { name: 'shop', urls: { app: 'https://shop.example.com' } },
    synthetic: { locations: ['fra', 'iad'] },
    probes: [
      probe('home-answers'),
      { ...probe('costs-are-low', 'advisory'), every: '1h' },
      probe('only-https'),
    ],
    notify,
  };
}

function parsed(notify: NotifyInput): Plan & { readonly notify: Notify } {
  const one = parsePlan(plan(notify));
  if (one.notify === undefined) throw new Error('no notify');
  return { ...one, notify: one.notify };
}

function problems(notify: unknown): readonly string[] {
  try {
    parsePlan(plan(notify));
    return [];
  } catch (error) {
    if (!(error instanceof GreenlightError)) throw error;
    return error.problems.map(({ path, problem }) => `${path} ${problem}`);
  }
}

test('routes by urgency, level and kind: the first that fits', () => {
  const { notify } = parsed({
    channels: {
      page: { adapter: 'pagerduty', routingKey: secret('KEY') },
      team: { adapter: 'slack', url: secret('SLACK_URL') },
      finance: { adapter: 'smtp', url: 'smtp://127.0.0.1:25', from: 'a@example.com', to: ['b@example.com'] },
      security: { adapter: 'teams', url: secret('TEAMS_URL') },
    },
    routes: [
      { kinds: ['budget'], to: ['finance'] },
      { kinds: ['security'], to: ['security'] },
      { urgency: 'critical', to: ['page', 'team'] },
      { levels: ['P4'], to: [] },
      { urgency: 'warning', to: ['team', 'team'] },
    ],
    checks: { 'costs-are-low': { kind: 'budget' }, 'only-https': { kind: 'security' } },
  });
  const to = (level: 'P1' | 'P2' | 'P3' | 'P4', kind = 'check') => channelsFor(notify, { level, kind });
  expect([to('P1'), to('P2', 'blind'), to('P3'), to('P4')]).toEqual([
    ['page', 'team'],
    ['page', 'team'],
    ['team'],
    [],
  ]);
  expect([to('P1', 'budget'), to('P3', 'security')]).toEqual([['finance'], ['security']]);
});

test('what is decided of each check: its own words, then those of the plan, then ours', () => {
  const rules = incidentRulesOf(
    parsed({
      ...TEAM,
      resolveAfter: 3,
      checks: { 'only-https': { level: 'P1', open: { failed: 1, of: 1 }, nextStep: 'Call Ada.' } },
    }),
    'synthetic',
  );
  expect(
    rules.checks
      .slice(-3)
      .map(({ id, level, kind, open, resolveAfter, withinMs }) => [
        id,
        level,
        kind,
        open,
        resolveAfter,
        withinMs,
      ]),
  ).toEqual([
    ['home-answers', 'P2', 'check', { failed: 2, of: 3 }, 3, 172_800_000],
    ['costs-are-low', 'P3', 'check', { failed: 2, of: 3 }, 3, 172_800_000],
    ['only-https', 'P1', 'check', { failed: 1, of: 1 }, 3, 172_800_000],
  ]);
});

test('a plan without it has rules, too: incidents are decided, and nobody is told', () => {
  const without = parsePlan({ ...(plan(undefined) as object) });
  expect(incidentRulesOf(without, 'synthetic').checks).toHaveLength(4);
});

describe('a plan is refused for', () => {
  const maintenance = (window: object): unknown => ({
    ...TEAM,
    maintenance: [{ id: 'm', because: 'x', ...window }],
  });
  test.each<[string, unknown, string]>([
    [
      'a route to nobody',
      { ...TEAM, routes: [{ to: ['tean'] }] },
      'notify.routes[0].to[0] is no channel of the plan',
    ],
    [
      'a channel that nothing reaches',
      { ...TEAM, routes: [{ to: [] }] },
      'notify.channels.team is named by no route',
    ],
    [
      'a kind that no check has',
      { ...TEAM, routes: [{ kinds: ['budget'], to: ['team'] }, { to: ['team'] }] },
      'notify.routes[0].kinds[0] is the kind of no check',
    ],
    [
      'incidents that no route takes',
      { ...TEAM, routes: [{ urgency: 'critical', to: ['team'] }] },
      'notify.routes no route takes incidents',
    ],
    [
      'a check that is not there',
      { ...TEAM, checks: { 'home-answer': {} } },
      'notify.checks.home-answer names no check',
    ],
    [
      'more failures than runs',
      { ...TEAM, open: { failed: 3, of: 2 } },
      'notify.open.failed must not be more than "of"',
    ],
    [
      'two directions of one level',
      { ...TEAM, checks: { 'home-answers': { levels: [{ above: 1, below: 2, level: 'P1' }] } } },
      'notify.checks.home-answers.levels[0] give either',
    ],
    [
      'more places than there are',
      { ...TEAM, locations: { broken: 3 } },
      'notify.locations.broken there are only 2',
    ],
    [
      'a teller that is none of them',
      { ...TEAM, locations: { tells: 'sin' } },
      'notify.locations.tells is none of the places',
    ],
    [
      'a webhook in the clear',
      {
        channels: { own: { adapter: 'webhook', url: 'http://example.com', secret: secret('S') } },
        routes: [{ to: ['own'] }],
      },
      'notify.channels.own.url is no https address',
    ],
    [
      'a mail server that is none',
      {
        channels: { own: { adapter: 'smtp', url: 'https://example.com', from: 'a@b.c', to: ['a@b.c'] } },
        routes: [{ to: ['own'] }],
      },
      'notify.channels.own.url is no address of a mail server',
    ],
    [
      'a window without an end',
      maintenance({ from: '2026-12-01T02:00:00Z' }),
      'notify.maintenance[0].to give "from" and "to"',
    ],
    [
      'a time without an offset',
      maintenance({ from: '2026-12-01T02:00:00', to: '2026-12-01T03:00:00Z' }),
      'notify.maintenance[0].from',
    ],
    [
      'a window that ends before it begins',
      maintenance({ from: '2026-12-01T02:00:00Z', to: '2026-12-01T02:30:00+01:00' }),
      'notify.maintenance[0].to must be later',
    ],
    [
      'a window of a check that is not there',
      maintenance({ from: '2026-12-01T02:00:00Z', to: '2026-12-01T03:00:00Z', checks: ['nothing'] }),
      'notify.maintenance[0].checks[0] names no check',
    ],
    [
      'an unknown zone',
      maintenance({ weekly: { days: ['sunday'], from: '01:00', to: '02:00' }, timeZone: 'Berlin' }),
      'notify.maintenance[0].timeZone must be a time zone',
    ],
    [
      'an unknown way to tell',
      { ...TEAM, channels: { team: { adapter: 'pigeon' } } },
      'notify.channels.team.adapter',
    ],
  ])('%s', (_, notify, words) => {
    expect(problems(notify).join('\n')).toContain(words);
  });

  test('all of it at once', () => {
    const many = {
      ...TEAM,
      open: { failed: 3, of: 2 },
      routes: [{ urgency: 'critical', to: ['tean'] }],
      checks: { nothing: {} },
      maintenance: [{ id: 'm', because: 'x' }],
    };
    expect(problems(many).length).toBeGreaterThanOrEqual(5);
  });

  test('nothing, where a secret address is wrong: it is in no message', () => {
    const own = { adapter: 'webhook', url: 'ftp://user:hunter22@example.com', secret: secret('S') };
    expect(() => parsePlan(plan({ channels: { own }, routes: [{ to: ['own'] }] }))).toThrow(GreenlightError);
    expect(JSON.stringify(problems({ channels: { own }, routes: [{ to: ['own'] }] }))).not.toContain(
      'hunter22',
    );
  });
});
