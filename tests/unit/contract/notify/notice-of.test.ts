import { expect, test } from 'vitest';
import { decideIncidents } from '../../../../contract/notify/decide-incidents.ts';
import { noticeOf } from '../../../../contract/notify/notice-of.ts';
import { alertsOf } from '../../../../notify/channels/alertmanager.ts';
import { rulesOf, runs } from './rules.ts';

test('two places that are blind for the same reason are two alerts: the end of one is not that of the other', () => {
  const rules = rulesOf({ locations: { of: ['fra', 'iad'], broken: 1 } });
  const records = [...runs('UUU', { location: 'fra' }), ...runs('UUU', { location: 'iad' })];
  const notices = decideIncidents(records, rules).transitions.map((one) => noticeOf(one, rules));
  expect(notices.map(({ about }) => about)).toEqual(['blind-fra-no-route', 'blind-iad-no-route']);
  const [fra, iad] = notices.map((one) => alertsOf(one, {}, new Date(one.at))[0]);
  expect(fra).toMatchObject({ labels: { check: 'blind-fra-no-route' } });
  expect(iad).toMatchObject({ labels: { check: 'blind-iad-no-route' } });
});
