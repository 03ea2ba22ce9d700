import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAlert } from '../../../slo/test-alert.ts';
import { freePort, prometheusMissing } from './prometheus-server.ts';

const missing = prometheusMissing('prometheus-alertmanager');
if (missing !== undefined) console.warn(`\nSKIPPED: the delivery of a test alert: ${missing}\n`);

describe.skipIf(missing !== undefined)('a test alert through a real Alertmanager', () => {
  let directory: string;
  let child: ChildProcess;
  let ended: Promise<void>;
  let url: string;
  let port: number;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'greenlight-alertmanager-'));
    port = await freePort();
    const own = await freePort();
    const route = { receiver: 'nobody', group_wait: '100ms', group_by: ['alertname'] };
    const config = {
      route: {
        ...route,
        routes: [
          { receiver: 'greenlight', matchers: ['severity="critical"'] },
          // As docs/metrics.md keeps a test from pagers.
          {
            receiver: 'pager',
            matchers: ['severity="page"'],
            routes: [{ receiver: 'greenlight', matchers: ['greenlight_test=~".+"'] }],
          },
        ],
      },
      receivers: [
        { name: 'nobody' },
        { name: 'pager' },
        { name: 'greenlight', webhook_configs: [{ url: `http://127.0.0.1:${port}/` }] },
      ],
    };
    await writeFile(join(directory, 'alertmanager.yml'), JSON.stringify(config));
    child = spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${join(directory, 'alertmanager.yml')}`,
        `--storage.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${own}`,
        '--cluster.listen-address=',
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    ended = new Promise((resolve) => child.once('exit', () => resolve()));
    url = `http://127.0.0.1:${own}`;
    while (child.exitCode === null && child.signalCode === null) {
      if (
        await fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('Alertmanager did not become ready');
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  });

  const send = (severity: string, waitMs: number, more: { alertmanager?: string; receiver?: string } = {}) =>
    testAlert({
      alertmanager: url,
      listen: { host: '127.0.0.1', port },
      labels: { alertname: 'Test', severity },
      waitMs,
      ...more,
    });

  test('arrives where it is routed to', async () => {
    expect(await send('critical', 10_000)).toMatchObject({ state: 'delivered', receivers: ['greenlight'] });
  });

  test('is kept from a pager by its label, and an alert that is none is not', async () => {
    expect(await send('page', 10_000)).toMatchObject({ state: 'delivered', receivers: ['greenlight'] });
    const real = [{ labels: { alertname: 'Real', severity: 'page' } }];
    await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(real),
    });
    const filter = encodeURIComponent('alertname="Real"');
    const answer = await fetch(`${url}/api/v2/alerts?filter=${filter}`);
    expect(await answer.json()).toMatchObject([{ receivers: [{ name: 'pager' }] }]);
  });

  test('a second one need not wait until the interval of the group is over', async () => {
    expect(await send('critical', 10_000)).toMatchObject({ state: 'delivered' });
  });

  test('that is routed elsewhere was not delivered, where our receiver is named', async () => {
    expect(await send('warning', 700, { receiver: 'greenlight' })).toEqual({
      state: 'not-delivered',
      why: 'Alertmanager did not route it to greenlight',
      receivers: ['nobody'],
    });
  });

  test('that does not arrive may be our own fault, and it is told where it went', async () => {
    const answer = await send('warning', 700);
    expect(answer).toMatchObject({ state: 'unknown', receivers: ['nobody'] });
    expect(answer.why).toContain('cannot reach 127.0.0.1');
    expect(answer.why).toContain('group_interval');
  });

  test('that a silence holds back was not delivered', async () => {
    const matchers = [{ name: 'severity', value: 'critical', isRegex: false, isEqual: true }];
    const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 60_000)];
    await fetch(`${url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'a test', comment: 'a test' }),
    });
    const answer = await send('critical', 700);
    expect(answer).toMatchObject({ state: 'not-delivered' });
    expect(answer.why).toContain('holds it back');
  });

  test('without an Alertmanager, and where we cannot listen, nobody can tell', async () => {
    expect(await send('critical', 500, { alertmanager: 'http://127.0.0.1:9' })).toMatchObject({
      state: 'unknown',
    });
    const occupied = createServer();
    await new Promise<void>((resolve) => occupied.listen(port, '127.0.0.1', resolve));
    try {
      const answer = await send('critical', 500);
      expect(answer).toMatchObject({ state: 'unknown' });
      expect(answer.why).toContain('EADDRINUSE');
    } finally {
      await new Promise((resolve) => occupied.close(resolve));
    }
  });
});
