import { describe, expect, test } from 'vitest';
import { AlertsCheck } from '../../../../contract/slo/alerts-check.ts';
import { lookAtRoute, lookAtRule, lookAtSilences } from '../../../../slo/alerts/look-at-rule.ts';
import type { LoadedRule } from '../../../../slo/rules-loaded.ts';

const NOW_S = 1_800_000_000;
const loaded = (more: Partial<LoadedRule> = {}): LoadedRule => ({
  type: 'alerting',
  name: 'BudgetBurns',
  query: 'vector(0) > 1',
  duration: 0,
  labels: { severity: 'critical' },
  health: 'ok',
  lastEvaluation: new Date((NOW_S - 10) * 1000).toISOString(),
  group: 'shop',
  interval: 60,
  ...more,
});
function look(all: readonly LoadedRule[]) {
  const { rules } = AlertsCheck.parse({
    id: 'somebody-is-told',
    title: 'Somebody is told',
    rules: [{ alert: 'BudgetBurns', severity: 'critical' }],
  });
  const [rule] = rules;
  if (rule === undefined) throw new Error('there is no such rule');
  return lookAtRule(rule, all, NOW_S);
}

describe('rules of one name and the same labels, as those of several windows are', () => {
  test('hold where each of them works', () => {
    expect(look([loaded(), loaded({ query: 'vector(0) > 2' })])).toMatchObject({ outcome: 'pass' });
  });
  test.each<[string, Partial<LoadedRule>, string, string]>([
    ['is broken', { health: 'err', lastError: 'many-to-many' }, 'fail', 'rule-broken'],
    ['was never evaluated', { health: 'unknown' }, 'unknown', 'rule-waiting'],
    ['does not say when it was evaluated', { lastEvaluation: '' }, 'unknown', 'rule-waiting'],
    [
      'is not evaluated any more',
      { lastEvaluation: new Date((NOW_S - 600) * 1000).toISOString() },
      'fail',
      'rule-idle',
    ],
  ])('do not where the second one %s', (_why, more, outcome, cause) => {
    expect(look([loaded(), loaded(more)])).toMatchObject({ outcome, cause });
  });
});

test('a route that tells at some hours only is unknown, and one that tells somebody else is wrong all the same', () => {
  const [rule] = AlertsCheck.parse({
    id: 'somebody-is-told',
    title: 'Somebody is told',
    rules: [{ alert: 'BudgetBurns', severity: 'critical', receivers: ['pager'] }],
  }).rules;
  if (rule === undefined) throw new Error('there is no such rule');
  const to = (receiver: string, more: object = {}) =>
    lookAtRoute(rule, {
      receiver: 'nobody',
      routes: [{ receiver, matchers: ['severity="critical"'], ...more }],
    });
  expect(to('pager')).toMatchObject({ outcome: 'pass' });
  for (const key of ['mute_time_intervals', 'active_time_intervals'])
    expect(to('pager', { [key]: ['night'] })).toMatchObject({
      outcome: 'unknown',
      cause: 'route-depends',
      measured: expect.stringContaining('night') as string,
    });
  expect(to('mail', { mute_time_intervals: ['night'] })).toMatchObject({
    outcome: 'fail',
    cause: 'other-route',
  });
});

test('a silence by a label that nobody says the series have is unknown, and one that holds for all of them fails', () => {
  const ruleOf = (seriesLabels?: Readonly<Record<string, string>>) => {
    const [rule] = AlertsCheck.parse({
      id: 'somebody-is-told',
      title: 'Somebody is told',
      rules: [
        {
          alert: 'BudgetBurns',
          severity: 'critical',
          receivers: ['pager'],
          ...(seriesLabels && { seriesLabels }),
        },
      ],
    }).rules;
    if (rule === undefined) throw new Error('there is no such rule');
    return rule;
  };
  const silence = (...matchers: readonly (readonly [label: string, operator: string, value: string])[]) => ({
    endsAt: '2027-01-01T00:00:00Z',
    comment: '',
    matchers: matchers.map(([label, operator, value]) => ({ label, operator, value })),
  });
  const named = ['alertname', '=', 'BudgetBurns'] as const;
  const others = silence(named, ['cluster', '!=', 'prod']);
  expect(lookAtSilences(ruleOf(), [others])).toMatchObject({ outcome: 'unknown', cause: 'silence-depends' });
  expect(lookAtSilences(ruleOf({ cluster: 'prod' }), [others])).toBeUndefined();
  expect(lookAtSilences(ruleOf({ cluster: 'test' }), [others])).toMatchObject({ outcome: 'fail' });
  expect(lookAtSilences(ruleOf(), [others, silence(named)])).toMatchObject({
    outcome: 'fail',
    cause: 'silenced',
  });
  expect(lookAtSilences(ruleOf(), [silence(named, ['instance', '=', 'old:9100'])])).toBeUndefined();
});
