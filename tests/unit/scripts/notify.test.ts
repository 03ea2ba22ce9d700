import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandLine } from '../signing/signed-report.ts';
import { ROUTING_KEY, startStandIns, type StandIns } from '../../notify/stand-ins.ts';

let standIns: StandIns;
let directory: string;
beforeEach(async () => {
  standIns = await startStandIns();
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-notify-command-'));
});
afterEach(async () => {
  await standIns.close();
  rmSync(directory, { recursive: true, force: true });
});

function writePlan(notify: string): void {
  writeFileSync(
    path.join(directory, 'greenlight.config.mjs'),
    `export default {
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
      probes: [{ kind: 'endpoints', id: 'home-answers', title: 'Home', phases: ['synthetic'], paths: ['/'] }],
      ${notify}
    };`,
  );
}

const NOTIFY = (): string => `notify: {
  channels: {
    'on-call': { adapter: 'pagerduty', routingKey: { secret: 'PD_KEY' }, url: ${JSON.stringify(standIns.url('pagerduty'))} },
    team: { adapter: 'slack', url: { secret: 'SLACK_URL' } },
  },
  routes: [{ urgency: 'critical', to: ['on-call', 'team'] }, { to: ['team'] }],
},`;

test('a test goes through every channel, says so, and leaves nothing open', async () => {
  writePlan(NOTIFY());
  const env = { PD_KEY: ROUTING_KEY, SLACK_URL: standIns.url('slack') };
  const { code, out } = await commandLine(directory, ['notify', '--test'], env);
  expect(standIns.refused).toEqual([]);
  expect([code, out.split('\n').slice(0, 3)]).toEqual([
    0,
    [
      'taken   on-call (pagerduty): routes[0] (critical)',
      'taken   team (slack): routes[0] (critical); routes[1] (all else)',
      '2 of 2 channels took it; whether people saw it, ask them',
    ],
  ]);
  expect(standIns.arrived.slack.join()).toContain('TEST shop: nothing is broken');
  expect([standIns.arrived.pagerduty, standIns.open.size]).toEqual([['trigger info', 'resolve'], 0]);
});

test('a channel that does not work is named with its reason, and ends with 20', async () => {
  writePlan(NOTIFY());
  standIns.fails = { slack: 404 };
  const { code, out } = await commandLine(directory, ['notify', '--test', '--json'], {
    SLACK_URL: standIns.url('slack'),
  });
  expect(code).toBe(20);
  expect(JSON.parse(out)).toMatchObject([
    { channel: 'on-call (pagerduty)', problem: 'the environment variable PD_KEY is not set' },
    { channel: 'team (slack)', problem: expect.stringContaining('answered 404') as unknown },
  ]);
});

test('one alone; a name that is none; nothing asked', async () => {
  writePlan(NOTIFY());
  const env = { SLACK_URL: standIns.url('slack') };
  expect((await commandLine(directory, ['notify', '--test', '--channel', 'team'], env)).code).toBe(0);
  expect(standIns.arrived.pagerduty).toEqual([]);
  const unknown = await commandLine(directory, ['notify', '--test', '--channel', 'tean'], env);
  expect([unknown.code, unknown.err]).toEqual([64, expect.stringContaining('on-call, team')]);
  expect((await commandLine(directory, ['notify'], env)).code).toBe(64);
});

test('a plan that tells nobody', async () => {
  writePlan('');
  const { code, err } = await commandLine(directory, ['notify', '--test']);
  expect([code, err]).toEqual([64, expect.stringContaining('tells nobody')]);
});
