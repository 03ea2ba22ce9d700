import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAlert } from '../../../slo/test-alert.ts';
import { startAlertmanager } from './alertmanager-server.ts';
import { freePort, prometheusMissing } from './prometheus-server.ts';

const missing = prometheusMissing('prometheus-alertmanager');
if (missing !== undefined) console.warn(`\nSKIPPED: the delivery of a test alert: ${missing}\n`);

describe.skipIf(missing !== undefined)('a test alert through a real Alertmanager', () => {
  let alertmanager: Awaited<ReturnType<typeof startAlertmanager>>;
  let url: string;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    const route = { receiver: 'nobody', group_wait: '100ms', group_by: ['alertname'] };
    alertmanager = await startAlertmanager({
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
    });
    ({ url } = alertmanager);
  });
  afterAll(() => alertmanager.close());

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
