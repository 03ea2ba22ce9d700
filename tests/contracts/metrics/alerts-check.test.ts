import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { AlertsCheck } from '../../../contract/slo/alerts-check.ts';
import { evaluateAlerts } from '../../../slo/alerts/evaluate-alerts.ts';
import { rulesLoaded } from '../../../slo/rules-loaded.ts';
import { freePort, prometheusMissing, type RunningPrometheus, startPrometheus } from './prometheus-server.ts';

const missing = prometheusMissing() ?? prometheusMissing('prometheus-alertmanager');
if (missing !== undefined) console.warn(`\nSKIPPED: checks of alerts: ${missing}\n`);

const RULES = {
  groups: [
    {
      name: 'shop',
      interval: '1s',
      rules: [
        { alert: 'HighErrorRate', expr: 'vector(1) > 0', labels: { severity: 'critical' } },
        {
          alert: 'HighLatency',
          expr: 'vector(0) > 1',
          for: '5m',
          labels: { severity: 'warning', team: 'shop' },
        },
        { alert: 'AlmostFull', expr: 'vector(1) > 0', for: '1h', labels: { severity: 'warning' } },
        {
          alert: 'Broken',
          expr: 'vector(1) + on () (up or vector(1) or label_replace(vector(1), "a", "b", "", ""))',
          labels: { severity: 'critical' },
        },
        { alert: 'Burns', expr: 'vector(0) > 1', labels: { severity: 'page' } },
        { alert: 'Burns', expr: 'vector(0) > 2', labels: { severity: 'page' } },
      ],
    },
  ],
};
const ROUTES = {
  receiver: 'mail',
  group_by: ['alertname'],
  group_wait: '100ms',
  routes: [
    { receiver: 'greenlight', matchers: ['alertname="AlmostFull"'] },
    { receiver: 'greenlight', matchers: ['severity="critical"'], continue: true },
    { matchers: ['severity="critical"'], receiver: 'slack', continue: true },
    { match: { severity: 'critical' }, receiver: 'pagerduty' },
    {
      matchers: ['severity = warning'],
      receiver: 'slack',
      routes: [{ match_re: { namespace: 'night|weekend' }, receiver: 'nobody' }],
    },
  ],
};

interface Rule {
  readonly alert: string;
  readonly severity: string;
  readonly [key: string]: unknown;
}

describe.skipIf(missing !== undefined)('alerts of a real Prometheus and Alertmanager', () => {
  let directory: string;
  let child: ChildProcess;
  let ended: Promise<void>;
  let alertmanager: string;
  let port: number;
  let prometheus: RunningPrometheus;
  let alone: RunningPrometheus;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'greenlight-alerts-'));
    const own = await freePort();
    port = await freePort();
    const webhook = [{ url: `http://127.0.0.1:${port}/` }];
    const receivers = ['mail', 'slack', 'pagerduty', 'nobody'].map((name) => ({ name }));
    const config = {
      route: ROUTES,
      receivers: [...receivers, { name: 'greenlight', webhook_configs: webhook }],
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
    alertmanager = `http://127.0.0.1:${own}`;
    const alerting = {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${own}`] }] }] },
    };
    [prometheus, alone] = await Promise.all([
      startPrometheus({}, JSON.stringify(RULES), alerting),
      startPrometheus({}, JSON.stringify(RULES)),
    ]);
  });
  afterAll(async () => {
    await Promise.all([prometheus?.close(), alone?.close()]);
    child?.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  });

  function ask(
    rules: readonly Rule[],
    more: Partial<z.input<typeof AlertsCheck>> = {},
    systems: { readonly prometheus?: string; readonly alertmanager?: string } = {},
  ) {
    const check = AlertsCheck.parse({ id: 'somebody-is-told', title: 'Somebody is told', rules, ...more });
    return evaluateAlerts(check, {
      prometheus: { url: systems.prometheus ?? prometheus.url, headers: {} },
      alertmanager: { url: systems.alertmanager ?? alertmanager, headers: {} },
      exported: undefined,
    });
  }

  test('rules that are loaded, routed as planned, and were seen to fire', async () => {
    await expect
      .poll(
        async () => (await ask([{ alert: 'HighErrorRate', severity: 'critical', firedWithinS: 60 }])).outcome,
        {
          timeout: 60_000,
        },
      )
      .toBe('pass');
    const finding = await ask([
      {
        alert: 'HighErrorRate',
        severity: 'critical',
        forS: 0,
        receivers: ['slack', 'pagerduty', 'greenlight'],
      },
      {
        alert: 'HighLatency',
        severity: 'warning',
        forS: 300,
        labels: { team: 'shop' },
        seriesLabels: { namespace: '' },
        receivers: ['slack'],
      },
    ]);
    expect(finding).toMatchObject({ outcome: 'pass', sampleSize: 5 });
  });

  test.each<[string, Rule, string]>([
    ['is not there', { alert: 'NoSuchAlert', severity: 'critical' }, 'rule-missing'],
    ['has another severity', { alert: 'HighLatency', severity: 'critical' }, 'other-severity'],
    [
      'has another label',
      { alert: 'HighLatency', severity: 'warning', labels: { team: 'data' } },
      'other-labels',
    ],
    ['fires later', { alert: 'HighLatency', severity: 'warning', forS: 60 }, 'other-duration'],
    ['has an expression that fails', { alert: 'Broken', severity: 'critical' }, 'rule-broken'],
    [
      'tells somebody else',
      { alert: 'HighErrorRate', severity: 'critical', receivers: ['slack'] },
      'other-route',
    ],
    [
      'tells nobody at night',
      {
        alert: 'HighLatency',
        severity: 'warning',
        seriesLabels: { namespace: 'night' },
        receivers: ['slack'],
      },
      'other-route',
    ],
  ])('a rule that %s fails', async (_why, rule, cause) => {
    const finding = await ask([rule]);
    expect(finding).toMatchObject({ outcome: 'fail', cause });
    expect(finding.remedy).toBeDefined();
  });

  test('rules that only their expression tells apart are each found', async () => {
    const annotations = { summary: 'It burns', description: 'It burns' };
    const states = async (...exprs: readonly string[]): Promise<readonly string[]> => {
      const rules = exprs.map((expr) => ({
        alert: 'Burns',
        expr,
        labels: { severity: 'page' },
        annotations,
      }));
      const file = { groups: [{ name: 'shop', interval: '1s', rules }] };
      return (await rulesLoaded({ url: prometheus.url, headers: {} }, file)).map(({ state }) => state);
    };
    await expect
      .poll(() => states('vector(0) > 1', 'vector(0) > 2'), { timeout: 60_000 })
      .toEqual(['loaded', 'loaded']);
    expect(await states('vector(0) > 2', 'vector(0) > 3')).toEqual(['loaded', 'other']);
  });

  test('a rule that somebody has silenced fails, and one of which only some series are does not', async () => {
    const rule = {
      alert: 'HighErrorRate',
      severity: 'critical',
      receivers: ['slack', 'pagerduty', 'greenlight'],
    };
    const silence = async (more: readonly object[], path = '/api/v2/silences'): Promise<string> => {
      const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 60_000)];
      const named = { name: 'alertname', value: 'High(Error)?Rate', isRegex: true, isEqual: true };
      const answer = await fetch(`${alertmanager}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          matchers: [named, ...more],
          startsAt,
          endsAt,
          createdBy: 'a test',
          comment: 'rehearsal',
        }),
      });
      return ((await answer.json()) as { silenceID: string }).silenceID;
    };
    const end = (id: string) => fetch(`${alertmanager}/api/v2/silence/${id}`, { method: 'DELETE' });
    const host = await silence([{ name: 'instance', value: 'old:9100', isRegex: false, isEqual: true }]);
    expect(await ask([rule])).toMatchObject({ outcome: 'pass' });
    const all = await silence([]);
    expect(await ask([rule])).toMatchObject({
      outcome: 'fail',
      cause: 'silenced',
      measured: expect.stringContaining('rehearsal') as string,
    });
    await end(all);
    expect(await ask([rule])).toMatchObject({ outcome: 'pass' });
    await end(host);
  });

  test('what nobody can tell is unknown', async () => {
    const latency = { alert: 'HighLatency', severity: 'warning' };
    expect(await ask([{ ...latency, receivers: ['slack'] }])).toMatchObject({
      outcome: 'unknown',
      cause: 'route-depends',
      remedy: expect.stringContaining('namespace') as string,
    });
    expect(await ask([{ ...latency, firedWithinS: 60 }])).toMatchObject({
      outcome: 'unknown',
      cause: 'not-fired',
      measured: 'never',
    });
    expect(await ask([{ alert: 'AlmostFull', severity: 'warning', firedWithinS: 60 }])).toMatchObject({
      outcome: 'unknown',
      measured: 'pending, and then no more',
    });
    const nobody = { outcome: 'unknown', cause: 'alerting-unavailable' };
    // An Alertmanager that is away hides no rule that is missing.
    expect(
      await ask(
        [{ alert: 'NobodyHasThisRule', severity: 'critical', receivers: ['slack'] }],
        {},
        { alertmanager: 'http://127.0.0.1:9' },
      ),
    ).toMatchObject({ outcome: 'fail', cause: 'rule-missing' });
    expect(await ask([latency], {}, { prometheus: 'http://127.0.0.1:9' })).toMatchObject(nobody);
    expect(
      await ask([{ ...latency, receivers: ['slack'] }], {}, { alertmanager: 'http://127.0.0.1:9' }),
    ).toMatchObject(nobody);
  });

  test('a Prometheus that sends its alerts nowhere', async () => {
    expect(
      await ask([{ alert: 'HighErrorRate', severity: 'critical' }], {}, { prometheus: alone.url }),
    ).toMatchObject({
      outcome: 'fail',
      cause: 'no-alertmanager',
    });
  });

  test('a test alert that arrives, and one that is routed elsewhere', async () => {
    const testAlert = { listen: `127.0.0.1:${port}`, receiver: 'greenlight', waitS: 10 };
    expect(await ask([{ alert: 'HighErrorRate', severity: 'critical' }], { testAlert })).toMatchObject({
      outcome: 'pass',
    });
    const elsewhere = await ask([{ alert: 'HighLatency', severity: 'warning' }], {
      testAlert: { ...testAlert, waitS: 0.7 },
    });
    expect(elsewhere).toMatchObject({ outcome: 'fail', cause: 'not-delivered' });
    // Routes that go by the name of a rule say nothing of a test alert, which has another one.
    const named = await ask([{ alert: 'AlmostFull', severity: 'warning' }], {
      testAlert: { ...testAlert, waitS: 0.7 },
    });
    expect(named).toMatchObject({ outcome: 'unknown', cause: 'delivery-unknown' });
    // A rule that shall tell others is not tested with this receiver.
    const latency = { alert: 'HighLatency', severity: 'warning', receivers: ['slack'] };
    const others = [
      { alert: 'HighErrorRate', severity: 'critical' },
      { ...latency, seriesLabels: { namespace: '' } },
    ];
    expect(await ask(others, { testAlert })).toMatchObject({ outcome: 'pass', sampleSize: 5 });
  });
});
