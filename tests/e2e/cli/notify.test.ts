import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ROUTING_KEY, startStandIns, type StandIns } from '../../notify/stand-ins.ts';
import { type CliProject, cliProject, greenlight, startTarget, type Target } from '../project.ts';

let target: Target;
let standIns: StandIns;
let project: CliProject;
const down = new Set<string>();

beforeAll(async () => {
  [target, standIns] = [await startTarget(), await startStandIns()];
  target.answer = (at) => ({ status: down.has(at.split('?')[0] ?? '') ? 500 : 200, body: 'hello' });
});
afterAll(() => Promise.all([target.close(), standIns.close()]));
beforeEach(() => {
  project = cliProject(
    target.url,
    `probes: [
  { id: 'shop-answers', title: 'The shop answers', kind: 'endpoints', paths: ['/shop'], phases: ['synthetic'] },
], notify: {
  channels: {
    page: { adapter: 'pagerduty', routingKey: secret('PD_KEY'), url: '${standIns.url('pagerduty')}' },
    team: { adapter: 'slack', url: secret('TEAM_URL') },
  },
  routes: [{ urgency: 'critical', to: ['page', 'team'] }, { to: ['team'] }],
}, export: { textfile: 'metrics' }`,
  );
});
afterEach(() => {
  down.clear();
  project.remove();
});

test('passes of a schedule tell a fault once, within two of them, and its end once', async () => {
  const env = { PD_KEY: ROUTING_KEY, TEAM_URL: standIns.url('slack') };
  const pass = async (): Promise<string> => {
    const { code, err } = await greenlight(project.directory, ['synthetic', '--changes-only'], env);
    expect(err).not.toContain(ROUTING_KEY);
    return `${code} ${standIns.arrived.pagerduty.join(', ')}`;
  };
  expect(await pass()).toBe('0 ');
  down.add('/shop');
  expect(await pass()).toBe('10 ');
  expect(await pass()).toBe('10 trigger error');
  expect(await pass()).toBe('10 trigger error');
  down.clear();
  expect(await pass()).toBe('0 trigger error');
  expect(await pass()).toBe('0 trigger error, resolve');
  expect(standIns.arrived.slack.map((text) => text.replace(/\..*/, ''))).toEqual([
    'P2 target: shop-answers is broken',
    'P2 target: shop-answers is well again',
  ]);
  expect([standIns.refused, standIns.open.size]).toEqual([[], 0]);
  const [file = ''] = readdirSync(path.join(project.directory, 'metrics'));
  expect(readFileSync(path.join(project.directory, 'metrics', file), 'utf8')).toMatch(
    /greenlight_check_outcome\{.*check="shop-answers".*outcome="pass"\} 1/,
  );
});
