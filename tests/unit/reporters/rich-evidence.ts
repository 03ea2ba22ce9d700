import type { Attempt, Evidence } from '../../../contract/evidence/evidence.ts';
import type { StepReport } from '../../../contract/evidence/finding.ts';
import type { LoadResult } from '../../../contract/load/load-result.ts';
import { attempt, evidenceOf, failing, found, planned } from './evidence-builders.ts';

const step = (id: string, extra: Partial<StepReport> = {}): StepReport => ({
  id,
  kind: 'request',
  outcome: 'pass',
  durationMs: 84,
  budgetMs: 5000,
  statements: [{ name: 'status', ok: true, measured: 201, expected: '2xx' }],
  ...extra,
});

function loadResult(good: boolean): LoadResult {
  return {
    engine: { name: 'autocannon', version: '9.0.0' },
    model: 'closed',
    startedAt: '2026-11-20T10:02:00.000Z',
    durationMs: 10_020,
    warmupMs: 1000,
    connections: 10,
    requests: 18_452,
    errors: { status: good ? 0 : 41, timeout: good ? 0 : 1, connection: 0, assertion: 0 },
    latency: {
      samples: 18_452,
      p50: 4.1,
      p90: 9.75,
      p95: good ? 12.4 : 904.2,
      p99: good ? 31.8 : 990,
      max: 1212.5,
      mean: 5.3,
    },
    histogram: null,
    targetRate: null,
    achievedRate: 1845.2,
    dropped: 0,
    buckets: Array.from({ length: 10 }, (_, second) => ({
      second,
      requests: 1700 + Math.round(250 * Math.sin(second)),
      errors: !good && second > 6 ? 14 : 0,
      bytes: 1_000_000,
    })),
    generator: { lagP99Ms: 3.1, cpuPercent: 48, saturated: false },
    faults: [],
  };
}

const readiness = (check: string, extra: Partial<Attempt> = {}): Attempt =>
  attempt(check, { project: 'readiness', ...extra });
const data = (check: string): Partial<Attempt> => ({ check, project: 'data-checks' });

const MANIFEST = [
  planned('target-answers', {
    title: 'Every address of the target answers',
    source: 'built-in',
    project: 'readiness',
  }),
  planned('wanted-release-runs', {
    title: 'The target runs the wanted release',
    source: 'built-in',
    project: 'readiness',
  }),
  planned('health-is-honest', {
    title: 'The health document is true',
    source: 'probe',
    project: 'readiness',
  }),
  planned('visitor-can-register', { title: 'A visitor can register' }),
  planned('order-can-be-paid', { title: 'A customer can pay an order' }),
  planned('receipt-arrives', { title: 'The receipt arrives by mail' }),
  planned('search-is-relevant', {
    title: 'Search finds what was asked for',
    source: 'own',
    severity: 'advisory',
  }),
  planned('newsletter-works', { title: 'The newsletter can be ordered', severity: 'advisory' }),
  planned('legacy-export-works', { title: 'The legacy export works' }),
  planned('customers-preserved', {
    title: 'Every customer was kept',
    source: 'table',
    project: 'data-checks',
    sampleFloor: 1,
  }),
  planned('orders-preserved', {
    title: 'Every order was kept',
    source: 'table',
    project: 'data-checks',
    sampleFloor: 1,
  }),
  planned('catalogue-is-fast', {
    title: 'The catalogue answers fast',
    source: 'load',
    project: 'load',
    sampleFloor: 100,
  }),
  planned('checkout-under-load', {
    title: 'Checkout holds under load',
    source: 'load',
    project: 'load',
    sampleFloor: 100,
    mayNotApply: true,
  }),
];

const PASSES: readonly Attempt[] = [
  readiness('target-answers'),
  readiness('wanted-release-runs', {
    findings: [
      found('wanted-release-runs', 'pass', {
        summary: 'The target runs 2.0.0.',
        observedRelease: { id: '2.0.0', commit: '1f2e3d4c' },
      }),
    ],
  }),
  readiness('health-is-honest', {
    findings: [
      found('health-is-honest', 'pass', {
        summary: 'The health document says "ok" and each witness answers.',
        detail: {
          kind: 'probe',
          statements: [
            { name: 'status', ok: true, measured: 200, expected: '2xx' },
            { name: 'witness /api/orders', ok: true, measured: 200, expected: 200 },
          ],
        },
      }),
    ],
  }),
  attempt('visitor-can-register', {
    durationMs: 412,
    findings: [
      found('visitor-can-register', 'pass', {
        summary: 'All 3 steps hold.',
        detail: {
          kind: 'flow',
          steps: [
            step('register'),
            step('log-in'),
            step('row-is-there', { kind: 'observe', budgetMs: 10_000 }),
          ],
        },
      }),
    ],
  }),
];

const ORDER_OK = attempt('order-can-be-paid', {
  durationMs: 1340,
  findings: [
    found('order-can-be-paid', 'pass', {
      summary: 'All 2 steps hold.',
      detail: { kind: 'flow', steps: [step('create-order'), step('pay', { durationMs: 630 })] },
    }),
  ],
});

const comparedRows = (missing: number) => ({
  missing,
  extra: 0,
  changed: missing === 0 ? 0 : 2,
  first:
    missing === 0
      ? []
      : [
          { kind: 'missing' as const, key: ['4711'], cells: [] },
          { kind: 'changed' as const, key: ['<b>4712</b>'], cells: [{ column: 'amount_cents' }] },
          {
            kind: 'changed' as const,
            key: [null],
            cells: [{ column: 'state', old: 'paid', new: null }],
          },
        ],
  key: ['id'],
  columns: ['id', 'amount_cents', 'state'],
  hash: '64 bits, native',
  seconds: 0.4,
});

const tableFinding = (check: string, oldRows: number, newRows: number) =>
  found(check, oldRows === newRows ? 'pass' : 'fail', {
    summary:
      oldRows === newRows
        ? 'As many rows as before.'
        : `${oldRows - newRows} rows are missing in the new table.`,
    cause: oldRows === newRows ? 'equal' : 'rows-missing',
    measured: newRows,
    expected: oldRows,
    unit: 'rows',
    sampleSize: oldRows,
    ...(oldRows === newRows
      ? {}
      : { remedy: 'Compare the ids on both sides and run the migration for the missing ones.' }),
    detail: {
      kind: 'table',
      table: {
        old: 'orders',
        new: 'shop.orders',
        answer: oldRows === newRows ? 'equal' : 'different',
        oldRows,
        newRows,
        sums: [
          { column: 'amount_cents', old: '912345600', new: oldRows === newRows ? '912345600' : '912126580' },
        ],
        notCompared: ['column notes: not mapped'],
        ...(check === 'orders-preserved' ? { rows: comparedRows(oldRows - newRows) } : {}),
      },
    },
  });

const load = (good: boolean) =>
  found('catalogue-is-fast', good ? 'pass' : 'fail', {
    summary: good ? 'Every threshold holds.' : 'The 95th percentile is too slow.',
    measured: good ? 12.4 : 904.2,
    expected: '<= 400',
    unit: 'ms',
    sampleSize: 18_452,
    detail: {
      kind: 'load',
      result: loadResult(good),
      statements: [
        { name: 'p95', ok: good, measured: good ? 12.4 : 904.2, expected: '<= 400', unit: 'ms' },
        { name: 'error rate', ok: true, measured: 0.0023, expected: '<= 0.01' },
      ],
    },
  });

const POLICY: Partial<Evidence['policy']> = {
  waivers: [
    {
      check: 'legacy-export-works',
      reason: 'Moves to the archive in December (OPS-211).',
      owner: 'Mara Lind',
      until: '2026-12-15',
    },
    { check: 'search-is-relevant', reason: 'Old index.', owner: 'Jo', until: '2026-10-01' },
  ],
  groups: [
    {
      id: 'smoke-share',
      title: 'Smoke checks',
      checks: ['visitor-can-register', 'order-can-be-paid', 'receipt-arrives', 'newsletter-works'],
      minimumRatio: 0.5,
      minimumCount: 2,
    },
  ],
  attestations: [
    { id: 'support-is-staffed', title: 'Support is staffed for the evening', role: 'Support lead' },
  ],
};

const SUBJECT = {
  target: 'Shop of the Northern Isles',
  urls: { app: 'https://shop.example.com', admin: 'https://admin.shop.example.com' },
  wanted: { id: '2.0.0', commit: '1f2e3d4c5b6a79881726354453627180deadbeef' },
};

const ATTESTED: Evidence['attestations'] = [
  {
    id: 'support-is-staffed',
    decision: 'attested',
    name: 'Ada Berg',
    role: 'Support lead',
    at: '2026-11-20T09:50:00.000Z',
    comment: 'Two people until midnight.',
  },
];

/** A cut-over in which much went wrong, in every way that a report must show. */
export function brokenCutover(): Evidence {
  return evidenceOf(
    MANIFEST,
    [
      ...PASSES,
      failing(
        'order-can-be-paid',
        { durationMs: 2210 },
        {
          summary: 'Step pay: the order total is off by a cent.',
          cause: 'statement',
          measured: 2499,
          expected: 2500,
          unit: 'cents',
          remedy: 'Compare how both systems round tax.',
          detail: {
            kind: 'flow',
            steps: [
              step('create-order'),
              step('pay', {
                outcome: 'fail',
                durationMs: 630,
                statements: [
                  { name: 'status', ok: true, measured: 200, expected: '2xx' },
                  { name: 'total', ok: false, measured: 2499, expected: 2500, unit: 'cents' },
                  {
                    name: 'note',
                    ok: false,
                    measured: '<script>alert("x")</script>',
                    expected: "it's `plain` & safe",
                  },
                ],
              }),
            ],
          },
        },
      ),
      attempt('receipt-arrives', {
        status: 'failed',
        durationMs: 10_200,
        errors: [{ message: 'FindingSaysNo: mailbox', kind: 'finding' }],
        findings: [
          found('receipt-arrives', 'unknown', {
            summary: 'The mailbox could not be asked: connection refused.',
            cause: 'port-unavailable',
            remedy: 'Start the mail sink, then repeat the run.',
          }),
        ],
      }),
      attempt('search-is-relevant', {
        status: 'failed',
        findings: [],
        errors: [
          {
            message:
              'Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: 3\nReceived: 2',
            kind: 'assertion',
          },
        ],
      }),
      failing('newsletter-works'),
      attempt('newsletter-works', { retry: 1 }),
      failing(
        'legacy-export-works',
        {},
        { summary: 'The export answers 404.', measured: 404, expected: '2xx' },
      ),
      attempt('customers-preserved', {
        ...data('customers-preserved'),
        findings: [tableFinding('customers-preserved', 10_000, 10_000)],
      }),
      failing('orders-preserved', {
        ...data('orders-preserved'),
        findings: [tableFinding('orders-preserved', 50_000, 49_988)],
      }),
    ],
    {
      subject: SUBJECT,
      policy: POLICY,
      attestations: ATTESTED,
      notStarted: [
        { check: 'catalogue-is-fast', because: 'a blocking check had failed before' },
        { check: 'checkout-under-load', because: 'a blocking check had failed before' },
      ],
      faults: [{ kind: 'clean-up', message: 'the undo flow of customer gl-run1-3 answered 500' }],
      leftovers: [
        { kind: 'customer', identity: 'gl-run1-3@example.test', reason: 'the undo flow answered 500' },
      ],
    },
  );
}

/** The same cut-over when it went well. */
export function goodCutover(): Evidence {
  const rest = ['receipt-arrives', 'newsletter-works'].map((id) => attempt(id));
  return evidenceOf(
    MANIFEST,
    [
      ...PASSES,
      ORDER_OK,
      ...rest,
      attempt('search-is-relevant', { findings: [] }),
      failing(
        'legacy-export-works',
        {},
        { summary: 'The export answers 404.', measured: 404, expected: '2xx' },
      ),
      attempt('customers-preserved', {
        ...data('customers-preserved'),
        findings: [tableFinding('customers-preserved', 10_000, 10_000)],
      }),
      attempt('orders-preserved', {
        ...data('orders-preserved'),
        findings: [tableFinding('orders-preserved', 50_000, 50_000)],
      }),
      attempt('catalogue-is-fast', { project: 'load', findings: [load(true)] }),
      attempt('checkout-under-load', {
        project: 'load',
        findings: [found('checkout-under-load', 'not-applicable', { summary: 'k6 is not installed here.' })],
      }),
    ],
    { subject: SUBJECT, policy: POLICY, attestations: ATTESTED },
  );
}

/** A run in which load alone failed. */
export function slowCutover(): Evidence {
  const good = goodCutover();
  return evidenceOf(
    good.manifest,
    good.attempts.map((one) =>
      one.check === 'catalogue-is-fast'
        ? failing(one.check, { project: 'load', findings: [load(false)] })
        : one,
    ),
    { subject: SUBJECT, policy: POLICY, attestations: ATTESTED },
  );
}

/** A run that was cut off: nothing is known to be broken, and nothing is known to be good. */
export function cutShort(): Evidence {
  const good = goodCutover();
  const base = evidenceOf(good.manifest, good.attempts.slice(0, 4), { subject: SUBJECT, policy: POLICY });
  return {
    ...base,
    run: { ...base.run, endedAt: null },
    sessions: base.sessions.map((session) => ({
      ...session,
      exitCode: 130,
      status: 'interrupted',
      announced: 13,
      ended: 4,
    })),
    faults: [{ kind: 'interrupted', message: 'SIGINT from the terminal' }],
  };
}
