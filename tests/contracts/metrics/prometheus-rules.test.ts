import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { Slo } from '../../../contract/slo/slo.ts';
import { prometheusRules } from '../../../slo/prometheus-rules.ts';
import { sloQueries } from '../../../slo/slo-queries.ts';
import { rulesOf } from '../../../slo/planned-levels.ts';
import { prometheusMissing } from './prometheus-server.ts';

const missing = prometheusMissing('promtool');
if (missing !== undefined) console.warn(`\nSKIPPED: exported rules: ${missing}\n`);

const common = { windowS: 300, minimumEvents: 20 } as const;
const plan = parsePlan({
  target: { name: 'shop "1"', urls: { app: 'http://127.0.0.1:9' } },
  slo: {
    source: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
    up: 'up{job="shop"}',
    instances: 1,
    scrapeS: 15,
    objectives: [
      {
        ...common,
        id: 'errors-are-few',
        title: 'Errors are few',
        kind: 'error-rate',
        bad: 'http_requests_total{job="shop",code=~"5.."}',
        total: 'http_requests_total{job="shop"}',
        atMost: { warning: 0.01, critical: 0.05 },
        forS: 300,
      },
      {
        ...common,
        id: 'answers-are-fast',
        title: 'Answers are fast',
        kind: 'latency',
        histogram: 'seconds{job="shop"}',
        underS: 0.5,
        atLeast: { critical: 0.95 },
      },
      {
        ...common,
        id: 'payments-succeed',
        title: 'Payments succeed',
        kind: 'business-ratio',
        good: 'payments_total{outcome="ok"}',
        total: 'payments_total',
        atLeast: { critical: 0.99 },
      },
      {
        id: 'shop-is-up',
        title: 'The shop is up',
        kind: 'availability',
        up: 'up{job="shop"}',
        atLeast: { critical: 0.999 },
      },
      {
        id: 'connections-are-free',
        title: 'Connections are free',
        kind: 'saturation',
        used: { gauge: 'connections' },
        capacity: 100,
        atMost: { warning: 0.8, critical: 0.95 },
      },
    ],
  },
});

/** Scrapes every 15 s for 40 minutes. `a+bxn` is promtool's notation for a series. */
const series = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, text]) => ({ series: name, values: text }));
const healthy = {
  'up{job="shop"}': '1+0x160',
  'http_requests_total{job="shop",code="200"}': '0+15x160',
  'seconds_bucket{job="shop",le="0.5"}': '0+15x160',
  'seconds_bucket{job="shop",le="1.0"}': '0+15x160',
  'seconds_bucket{job="shop",le="+Inf"}': '0+15x160',
  'payments_total{outcome="ok"}': '0+15x160',
  connections: '40+0x160',
};
const ALL = ['errors-are-few', 'answers-are-fast', 'payments-succeed', 'shop-is-up', 'connections-are-free'];

describe.skipIf(missing !== undefined)('rules for Prometheus, under its own promtool', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'greenlight-rules-'));
    if (plan.slo === undefined) throw new Error('no service levels');
    writeFileSync(join(directory, 'rules.yml'), stringify(prometheusRules(plan.slo, plan.target.name)));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Lets promtool run the rules over the series, and compares which `severity slo` alerts fire at each time. */
  function mustFire(
    input: Readonly<Record<string, string>>,
    at: Readonly<Record<string, readonly string[]>>,
    more: object = {},
    rules = 'rules.yml',
  ): void {
    const firing = Object.entries(at).map(([eval_time, alerts]) => ({
      expr: 'count by (severity, slo) (ALERTS{alertstate="firing"})',
      eval_time,
      exp_samples: alerts.map((alert) => {
        const [severity = '', slo = ''] = alert.split(' ');
        return { labels: `{severity="${severity}", slo="${slo}"}`, value: 1 };
      }),
    }));
    const unit = { interval: '15s', input_series: series(input), promql_expr_test: firing, ...more };
    const file = join(directory, 'test.yml');
    writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: '15s', tests: [unit] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  }

  test('are rules', () => {
    const said = execFileSync('promtool', ['check', 'rules', join(directory, 'rules.yml')], {
      encoding: 'utf8',
    });
    expect(said).toContain('SUCCESS: 28 rules found');
  });

  test('a healthy target fires nothing, once its windows are full', () => {
    mustFire(healthy, { '20m': [], '39m': [] });
  });

  test('a breach is pending for its time, then fires, critical and warning, with what was measured', () => {
    const failing = { 'http_requests_total{job="shop",code="500"}': '0x80 5+5x80' };
    const labels = { slo: 'errors-are-few', target: 'shop "1"' };
    const alerts = (severity: string, limit: string) => ({
      exp_labels: { ...labels, severity },
      exp_annotations: {
        summary: 'Errors are few: broken on shop "1"',
        description: `The error-rate share is 25% over 300 s; at most ${limit} % is allowed.`,
      },
    });
    const exact = {
      alert_rule_test: [
        {
          eval_time: '35m',
          alertname: 'GreenlightSloBreached',
          exp_alerts: [alerts('critical', '5'), alerts('warning', '1')],
        },
      ],
    };
    const both = ['critical errors-are-few', 'warning errors-are-few'];
    // Errors begin at 20 min 15 s.
    mustFire({ ...healthy, ...failing }, { '20m': [], '23m': [], '30m': both }, exact);
  });

  test('requests beyond the limit fire, also when they are beyond the top bucket', () => {
    const slow = { ...healthy, 'seconds_bucket{job="shop",le="0.5"}': '0+15x80 1200+1x80' };
    mustFire(slow, { '20m': [], '30m': ['critical answers-are-fast'] });
    const { 'seconds_bucket{job="shop",le="0.5"}': _, ...noBucket } = healthy;
    mustFire(noBucket, { '30m': ['unknown answers-are-fast'] });
  });

  test('other levels fire as well', () => {
    mustFire(
      { ...healthy, 'payments_total{outcome="declined"}': '0+3x160', connections: '40x80 85x80' },
      { '30m': ['critical payments-succeed', 'warning connections-are-free'] },
    );
  });

  test('a target that dies under a firing alert does not look recovered', () => {
    const dying = {
      ...Object.fromEntries(Object.entries(healthy).map(([name]) => [name, '0+15x100 _x60'])),
      'up{job="shop"}': '1x100 0x60',
      'http_requests_total{job="shop",code="500"}': '0+5x100 _x60',
      connections: '40x100 _x60',
    };
    const broken = ['critical errors-are-few', 'warning errors-are-few'];
    const unknown = ALL.filter((id) => id !== 'shop-is-up').map((id) => `unknown ${id}`);
    mustFire(dying, { '24m': broken, '38m': [...unknown, 'critical shop-is-up'] });
  });

  test('no traffic and no target at all are "nobody can tell", never silence', () => {
    const idle = { ...healthy, 'http_requests_total{job="shop",code="200"}': '500x160' };
    mustFire(idle, { '30m': ['unknown errors-are-few'] });
    mustFire({ 'other{job="x"}': '1x160' }, { '30m': ALL.map((id) => `unknown ${id}`) });
  });

  test('the old pods do not vouch for the new ones, nor a metric of another job for no errors', () => {
    // Two old pods vanish after 20 minutes, two new ones are there from then on and fail 30 % of their requests.
    const old = Object.fromEntries(
      ['a', 'b'].flatMap((instance) => [
        [`up{job="shop",instance="${instance}"}`, '1x80 stale'],
        [`http_requests_total{job="shop",code="200",instance="${instance}"}`, '0+500x80 stale'],
      ]),
    );
    const fresh = Object.fromEntries(
      ['c', 'd'].flatMap((instance) => [
        [`up{job="shop",instance="${instance}"}`, '_x80 1x79'],
        [`http_requests_total{job="shop",code="200",instance="${instance}"}`, '_x80 0+70x79'],
        [`http_requests_total{job="shop",code="500",instance="${instance}"}`, '_x80 0+30x79'],
      ]),
    );
    const { slo } = plan;
    const [errors] = slo?.objectives ?? [];
    if (slo === undefined || errors?.kind !== 'error-rate') throw new Error('no service level');
    const { scrapes, gone } = sloQueries(slo, errors);
    const typo = 'http_requests_total{job="shpo",code=~"5.."}';
    const exists = sloQueries(slo, { ...errors, bad: typo }).partExists ?? '';
    const ours = sloQueries(slo, errors).partExists ?? '';
    const asked = [
      { expr: scrapes, eval_time: '20m45s', exp_samples: [{ labels: '{}', value: 8 }] },
      { expr: gone, eval_time: '20m45s', exp_samples: [{ labels: '{}', value: 36 }] },
      { expr: 'greenlight:slo:known{slo="errors-are-few"}', eval_time: '20m45s' },
      { expr: 'greenlight:slo:known{slo="errors-are-few"}', eval_time: '24m15s' },
      {
        expr: 'greenlight:slo:known{slo="errors-are-few"}',
        eval_time: '30m',
        exp_samples: [
          { labels: 'greenlight:slo:known{slo="errors-are-few", target="shop \\"1\\""}', value: 1 },
        ],
      },
      { expr: exists, eval_time: '30m' },
      { expr: ours, eval_time: '30m', exp_samples: [{ labels: '{}', value: 4 }] },
    ];
    mustFire(
      { ...old, ...fresh, 'http_requests_total{job="other",code="200"}': '0+1x160' },
      {},
      { promql_expr_test: asked },
    );
  });

  test('few events, mixed histograms, no good event and a gauge with gaps are as in one evaluation', () => {
    const source = { adapter: 'prometheus', url: 'http://127.0.0.1:9' } as const;
    const slo = Slo.parse({
      source,
      up: 'up{job="shop"}',
      objectives: [
        {
          id: 'errors-are-rare',
          title: 'Errors are rare',
          kind: 'error-rate',
          bad: 'http_requests_total{job="shop",code=~"5.."}',
          total: 'http_requests_total{job="shop"}',
          atMost: { critical: 0.001 },
        },
        {
          id: 'answers-are-fast',
          title: 'Answers are fast',
          kind: 'latency',
          histogram: 'seconds{job="shop"}',
          underS: 1,
          atLeast: { critical: 0.95 },
        },
        {
          id: 'payments-succeed',
          title: 'Payments succeed',
          kind: 'business-ratio',
          good: 'payments_total{outcome="ok"}',
          total: 'payments_total',
          atLeast: { critical: 0.9 },
        },
        {
          id: 'connections-are-free',
          title: 'Connections are free',
          kind: 'saturation',
          used: { gauge: 'connections' },
          capacity: 'connections_max',
          atMost: { critical: 0.95 },
        },
      ],
    });
    const rules = join(directory, 'events.yml');
    writeFileSync(rules, stringify(prometheusRules(slo, 'shop')));
    execFileSync('promtool', ['check', 'rules', rules]);
    const { 'payments_total{outcome="ok"}': _, ...more } = healthy;
    const input = {
      ...more,
      connections_max: '100+0x60 _x12 100+0x88',
      // One release writes the boundary as 1, and the other as 1.0; then a third one has none there.
      'seconds_bucket{job="shop",le="1",release="2"}': '0+15x160',
      'seconds_bucket{job="shop",le="+Inf",release="2"}': '0+15x160',
      'seconds_bucket{job="shop",le="+Inf",release="3"}': '_x120 0+15x40',
      'payments_total{outcome="declined"}': '0+15x160',
      // 300 requests in a window: too few for 0.1 %. From minute 30 on half of them fail, which is no chance.
      'http_requests_total{job="shop",code="500"}': '_x120 0+15x40',
    };
    const payments = 'critical payments-succeed';
    const at = {
      '14m': ['unknown errors-are-rare', payments],
      // Twelve samples of the capacity are missing from minute 15 on.
      '20m': ['unknown errors-are-rare', payments],
      '22m': ['unknown errors-are-rare', payments, 'unknown connections-are-free'],
      '39m': [payments, 'critical errors-are-rare', 'unknown answers-are-fast'],
    };
    mustFire(input, at, {}, 'events.yml');
  });

  test('burn rates fire while both windows burn, and a spent budget does', () => {
    const counted = {
      bad: 'http_requests_total{job="shop",code=~"5.."}',
      total: 'http_requests_total{job="shop"}',
      objective: 0.99,
    };
    const slo = Slo.parse({
      source: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
      up: 'up{job="shop"}',
      objectives: [
        {
          ...counted,
          id: 'budget-lasts',
          title: 'The budget lasts',
          kind: 'burn-rate',
          pairs: [{ longS: 600, shortS: 120, factor: 6 }],
        },
        {
          ...counted,
          id: 'budget-is-there',
          title: 'The budget is there',
          kind: 'error-budget',
          windowS: 600,
          expectedEvents: 10_000,
          atMost: { critical: 0.5 },
        },
      ],
    });
    const rules = join(directory, 'budget.yml');
    writeFileSync(rules, stringify(prometheusRules(slo, 'shop')));
    execFileSync('promtool', ['check', 'rules', rules]);
    const both = ['critical budget-lasts', 'critical budget-is-there'];
    // 17 % errors from minute 20 to minute 25: the long window remembers them longer than the short one.
    const burst = { ...healthy, 'http_requests_total{job="shop",code="500"}': '0x80 3+3x20 63x60' };
    const at = { '19m': [], '25m': both, '30m': ['critical budget-is-there'], '39m': [] };
    mustFire(burst, at, {}, 'budget.yml');
    const gone = { 'other{job="x"}': '1x160' };
    mustFire(gone, { '30m': ['unknown budget-lasts', 'unknown budget-is-there'] }, {}, 'budget.yml');
  });

  test('a level that decides nothing never pages: an advisory one, and a waived one until its waiver is over', () => {
    /** promtool's clock begins with 1970. */
    const exported = (until: string): string => {
      const weighed = parsePlan({
        target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
        slo: {
          source: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
          up: 'up{job="shop"}',
          scrapeS: 15,
          objectives: plan.slo?.objectives.filter(({ id }) =>
            ['answers-are-fast', 'payments-succeed'].includes(id),
          ),
        },
        policy: {
          default: {
            advisory: ['answers-are-fast'],
            waivers: [{ check: 'payments-succeed', reason: 'known', owner: 'Bo', until }],
          },
        },
      });
      const file = join(directory, `weighed-${until}.yml`);
      writeFileSync(file, stringify(rulesOf(weighed, undefined)));
      execFileSync('promtool', ['check', 'rules', file]);
      return `weighed-${until}.yml`;
    };
    const [waived, over] = [exported('1970-01-01'), exported('1969-12-31')];
    const broken = {
      ...healthy,
      'seconds_bucket{job="shop",le="0.5"}': '0+7x160',
      'payments_total{outcome="declined"}': '0+15x160',
    };
    const slow = 'warning answers-are-fast';
    mustFire(healthy, { '39m': [] }, {}, waived);
    mustFire(broken, { '39m': [slow, 'warning payments-succeed'] }, {}, waived);
    mustFire(broken, { '39m': [slow, 'critical payments-succeed'] }, {}, over);
    // A waiver accepts a breach that was seen, and stands in for nothing that nobody could tell.
    const gone = { 'other{job="x"}': '1x160' };
    mustFire(gone, { '39m': [slow, 'unknown payments-succeed'] }, {}, waived);
  });
});
