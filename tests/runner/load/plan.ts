import { defineConfig, flow } from '../../../contract/index.ts';

const url = process.env['LOAD_TEST_URL'] ?? 'http://127.0.0.1:1';
const oldUrl = process.env['LOAD_TEST_OLD_URL'] ?? 'http://127.0.0.1:2';

const browse = flow('browse', { title: 'Browse', check: false }).request('list', {
  request: () => ({ method: 'GET', path: '/list' }),
});

const short = { connections: 3, durationS: 1, warmupS: 0, timeoutMs: 2000, minimumRequests: 10 } as const;
const compared = {
  engine: 'autocannon',
  connections: 3,
  rounds: 6,
  blockS: 0.3,
  warmupS: 0,
  margin: 10,
  floorMs: 500,
  percentile: 'p50',
} as const;
// So that a second of load has enough requests to tell.
const fine = { p95Ms: 5000, errorRate: 0.1 };

export default defineConfig({
  target: { name: 'fixture', urls: { app: url }, old: { urls: { app: oldUrl } } },
  flows: [browse],
  slo: {
    // Nothing listens there: a store of metrics that is not there must be unknown.
    source: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
    up: 'up',
    objectives: [
      {
        id: 'errors-are-few',
        title: 'Errors are few',
        kind: 'error-rate',
        bad: 'requests_total{code=~"5.."}',
        total: 'requests_total',
        atMost: { critical: 0.05 },
      },
    ],
  },
  metrics: {
    sources: {
      fixture: { adapter: 'http-json', url },
      nothing: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
    },
    checks: [
      {
        id: 'number-warns',
        title: 'The number is small',
        source: 'fixture',
        kind: 'gauge',
        of: '/number#/n',
        limits: { warning: { atMost: 2 }, critical: { atMost: 3 } },
      },
      {
        id: 'number-rolls-back',
        title: 'The number is tiny',
        source: 'fixture',
        kind: 'gauge',
        of: '/number#/n',
        limits: { critical: { atMost: 1 }, rollback: { atMost: 2 } },
      },
    ],
  },
  alerts: [
    {
      id: 'somebody-is-told',
      title: 'Somebody is told',
      source: 'nothing',
      rules: [{ alert: 'TooSlow', severity: 'critical' }],
    },
  ],
  load: {
    profiles: [
      {
        ...short,
        id: 'list-holds',
        title: 'The list holds',
        engine: 'autocannon',
        // Each reads this file with a loader of its own.
        processes: 2,
        flow: 'browse',
        thresholds: fine,
      },
      {
        ...short,
        id: 'broken-holds',
        title: 'The broken page holds',
        engine: 'autocannon',
        requests: [{ path: '/broken' }],
        thresholds: fine,
      },
      {
        ...short,
        id: 'k6-holds',
        title: 'The list holds in k6',
        engine: 'k6',
        flow: 'browse',
        thresholds: fine,
      },
      {
        ...short,
        id: 'k6-may-hold',
        title: 'The list holds in k6, where it is',
        engine: 'k6',
        optional: true,
        flow: 'browse',
        rate: 80,
        thresholds: fine,
      },
      {
        ...short,
        id: 'k6-goes-on',
        title: 'k6 goes on for a minute',
        engine: 'k6',
        requests: [{ path: '/list' }],
        durationS: 60,
        phases: ['watch'],
        thresholds: fine,
      },
    ],
    comparisons: [
      { ...compared, id: 'list-is-as-fast', title: 'The list is as fast', requests: [{ path: '/list' }] },
      { ...compared, id: 'page-is-as-sound', title: 'The page is as sound', requests: [{ path: '/broken' }] },
    ],
  },
});
