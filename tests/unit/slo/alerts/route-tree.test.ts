import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../../../contract/plan/plan.ts';
import { receiversOf, Route } from '../../../../slo/alerts/route-tree.ts';

const told = (labels: Record<string, string>, route: unknown) => receiversOf(labels, Route.parse(route));

describe('who is told', () => {
  test('the first child that matches, and the next ones where it says continue', () => {
    const routes = {
      receiver: 'root',
      routes: [
        { receiver: 'one', matchers: ['severity="critical"'], continue: true },
        { receiver: 'two', match: { severity: 'critical' } },
        { receiver: 'three', matchers: ['severity="critical"'] },
      ],
    };
    expect(told({ severity: 'critical' }, routes)).toEqual({
      receivers: ['one', 'two'],
      guessed: [],
      timed: [],
    });
    expect(told({ severity: 'warning' }, routes)).toEqual({ receivers: ['root'], guessed: [], timed: [] });
  });

  test('times count of the route that keeps the alert, and are not inherited', () => {
    const routes = {
      receiver: 'root',
      routes: [
        {
          receiver: 'office',
          matchers: ['team="shop"'],
          mute_time_intervals: ['night'],
          routes: [{ receiver: 'pager', matchers: ['severity="critical"'], active_time_intervals: ['days'] }],
        },
        { receiver: 'data', matchers: ['team="data"'] },
      ],
    };
    const times = (labels: Record<string, string>) => told(labels, routes).timed;
    expect(times({ team: 'shop', severity: 'warning' })).toEqual(['night']);
    expect(times({ team: 'shop', severity: 'critical' })).toEqual(['days']);
    expect(times({ team: 'data', severity: 'critical' })).toEqual([]);
  });

  test('a child without a receiver has that of its parent, and one without a match takes everything', () => {
    const routes = {
      receiver: 'root',
      routes: [{ routes: [{ receiver: 'deep', matchers: ['team=shop'] }] }],
    };
    expect(told({ team: 'shop' }, routes).receivers).toEqual(['deep']);
    expect(told({ team: 'data' }, routes).receivers).toEqual(['root']);
  });

  test.each([
    ['severity=~"warn|crit.*"', 'critical', true],
    ['severity=~"warn|crit"', 'critical', false],
    ['severity!~"warn.*"', 'critical', true],
    ['severity != "critical"', 'critical', false],
    ['{severity="critical", team=~"sh.p"}', 'critical', true],
    ['severity = critical', 'critical', true],
    [String.raw`team=~"sh\w+"`, 'critical', true],
    [String.raw`team=~"sh\\w+"`, 'critical', true],
    [String.raw`team=~"sh\.p"`, 'critical', false],
    ['absent=""', 'critical', true],
  ])('%s of an alert that is %s: %s', (matcher, severity, matches) => {
    const routes = { receiver: 'root', routes: [{ receiver: 'child', matchers: [matcher] }] };
    expect(told({ severity, team: 'shop', absent: '' }, routes).receivers).toEqual([
      matches ? 'child' : 'root',
    ]);
  });

  test('a label that nobody spoke of is named, but not where another one decides already', () => {
    const routes = {
      receiver: 'root',
      routes: [{ receiver: 'night', matchers: ['namespace="a"', 'severity="warning"'] }],
    };
    expect(told({ severity: 'warning' }, routes)).toEqual({
      receivers: ['root'],
      guessed: ['namespace'],
      timed: [],
    });
    expect(told({ severity: 'critical' }, routes)).toEqual({ receivers: ['root'], guessed: [], timed: [] });
  });

  test('a matcher that cannot be read is no match and no miss', () => {
    expect(() => told({}, { receiver: 'root', routes: [{ matchers: ['severity'] }] })).toThrow(
      'cannot be read',
    );
    // POSIX classes are read as something else by other engines.
    const posix = { receiver: 'root', routes: [{ match_re: { team: '[[:alpha:]]+' } }] };
    expect(() => told({ team: 'shop' }, posix)).toThrow('cannot be read');
  });
});

test('what a plan says of alerts that cannot be asked is refused with all its problems', () => {
  const rule = { alert: 'TooSlow', severity: 'critical' };
  const alerts = [
    { id: 'no-rules', title: 'x' },
    { id: 'no-alertmanager', title: 'x', rules: [{ ...rule, receivers: ['slack'] }] },
    { id: 'exported', title: 'x', exported: true },
    { id: 'no-prometheus', title: 'x', source: 'elsewhere', rules: [rule] },
    {
      id: 'nobody-tested',
      title: 'x',
      alertmanager: { url: 'http://127.0.0.1:9' },
      rules: [{ ...rule, receivers: ['slack'] }],
      testAlert: { listen: '127.0.0.1:9095', receiver: 'greenlight' },
    },
  ];
  const sources = { main: { adapter: 'prometheus', url: 'http://127.0.0.1:9' } };
  let problems: readonly { readonly path: string }[] = [];
  try {
    parsePlan({ target: { name: 's', urls: { app: 'http://127.0.0.1:1' } }, metrics: { sources }, alerts });
  } catch (error) {
    problems = (error as { problems: typeof problems }).problems;
  }
  expect(problems.map(({ path }) => path)).toEqual([
    'alerts[0].rules',
    'alerts[1].alertmanager',
    'alerts[2].exported',
    'alerts[3].source',
    'alerts[4].testAlert.receiver',
  ]);
});
