/** What must be configured in Azure, asked by `az` and its REST door. All of it only reads. */
import { z } from 'zod';
import { equal, holds, type Phase, type PlanInput, type Statement } from '../../../contract/index.ts';
import { env } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

const GROUP = 'mhp-brand-rg';
const APP = 'mhpbrandfunctions38e5971a';
const COMPONENT = 'mhp-brand-insights';
const ALWAYS: Phase[] = ['preflight', 'post-cutover', 'watch'];

/** `az rest` fills in {subscriptionId} itself. */
const provider = (path: string, version: string): string =>
  `https://management.azure.com/subscriptions/{subscriptionId}/resourceGroups/${GROUP}/providers/${path}?api-version=${version}`;

const az = {
  kind: 'command',
  program: 'az',
  phases: ALWAYS,
  budgetMs: 60_000,
  // Nobody is logged in, or the network is away: nothing about the target.
  unknownWhen: 'az login|AADSTS|Max retries exceeded|AuthorizationFailed',
  owner: 'platform team',
} as const;

const DASHBOARDS = [
  'Performance Dashboard',
  'Reliability Dashboard',
  'User Analytics Dashboard',
  'Compliance Dashboard',
];

/** Rules of other kinds may lie beside ours: with a limit that Azure learns, or that tell nobody. */
const Criteria = z.object({
  allOf: z.array(z.object({ operator: z.string().optional(), threshold: z.number().optional() })).optional(),
});
const Rule = z.object({
  name: z.string(),
  properties: z.object({
    enabled: z.boolean().optional(),
    severity: z.number().optional(),
    criteria: Criteria.optional(),
    actions: z.object({ actionGroups: z.array(z.string()).optional() }).optional(),
  }),
});
const Rules = z.object({ value: z.array(Rule) });

/** A rule is there, on, with this limit and severity, and tells somebody. */
function ruleStatements(
  rules: readonly z.infer<typeof Rule>[],
  wanted: {
    readonly name: string;
    readonly operator: string;
    readonly threshold: number;
    readonly severity: number;
  },
): readonly Statement[] {
  const properties = rules.find(({ name }) => name === wanted.name)?.properties;
  const [limit] = properties?.criteria?.allOf ?? [];
  const told = properties?.actions?.actionGroups?.length ?? 0;
  return [
    equal(`${wanted.name}: enabled`, properties?.enabled, true),
    equal(`${wanted.name}: severity`, properties?.severity, wanted.severity),
    equal(
      `${wanted.name}: limit`,
      `${limit?.operator} ${limit?.threshold}`,
      `${wanted.operator} ${wanted.threshold}`,
    ),
    holds(`${wanted.name}: somebody is told`, told > 0, told, 'an action group'),
  ];
}

const MetricAlerts = z.object({
  value: z.array(
    z.object({
      name: z.string(),
      properties: z.object({
        ...Rule.shape.properties.shape,
        actions: z.array(z.object({ actionGroupId: z.string() })).optional(),
      }),
    }),
  ),
});

const Budgets = z.array(
  z.object({
    name: z.string(),
    notifications: z.record(z.string(), z.object({ enabled: z.boolean(), threshold: z.number() })),
  }),
);
const Detections = z.array(z.object({ Name: z.string(), Enabled: z.boolean() }));
const Detectors = z.object({
  value: z.array(
    z.object({ properties: z.object({ state: z.string(), detector: z.object({ id: z.string() }) }) }),
  ),
});

export const azureChecks: Probes = [
  {
    ...az,
    id: 'dashboards-are-there',
    title: 'The four dashboards are there',
    args: [
      'resource',
      'list',
      '--resource-group',
      GROUP,
      '--resource-type',
      'Microsoft.Portal/dashboards',
    ].concat(['--query', '[].tags."hidden-title"', '--output', 'json']),
    schema: z.array(z.string().nullable()),
    expect: ({ body }) =>
      DASHBOARDS.map((name) =>
        holds(name, (body as readonly (string | null)[]).includes(name), String(body), name),
      ),
  },
  {
    ...az,
    id: 'error-and-latency-alerts-are-on',
    title: 'Alerts: error rate > 1 % is critical, p95 > 1000 ms a warning',
    args: [
      'rest',
      '--method',
      'get',
      '--url',
      provider('Microsoft.Insights/scheduledQueryRules', '2021-08-01'),
    ],
    schema: Rules,
    expect: ({ body }) => {
      const { value } = Rules.parse(body);
      return [
        // Azure: 0 is critical, 2 a warning.
        ...ruleStatements(value, {
          name: 'mhp-error-rate',
          operator: 'GreaterThan',
          threshold: 1,
          severity: 0,
        }),
        ...ruleStatements(value, { name: 'mhp-p95', operator: 'GreaterThan', threshold: 1000, severity: 2 }),
      ];
    },
  },
  {
    ...az,
    id: 'availability-alert-is-on',
    title: 'Alert: availability < 99.9 % is critical',
    args: ['rest', '--method', 'get', '--url', provider('Microsoft.Insights/metricAlerts', '2018-03-01')],
    schema: MetricAlerts,
    expect: ({ body }) => {
      const rules = MetricAlerts.parse(body).value.map(({ name, properties }) => ({
        name,
        properties: {
          ...properties,
          actions: { actionGroups: (properties.actions ?? []).map((one) => one.actionGroupId) },
        },
      }));
      return ruleStatements(rules, {
        name: 'mhp-availability',
        operator: 'LessThan',
        threshold: 99.9,
        severity: 0,
      });
    },
  },
  {
    ...az,
    id: 'cost-alert-is-on',
    title: 'Alert: somebody is told when the cost threshold is exceeded',
    args: ['consumption', 'budget', 'list', '--resource-group', GROUP, '--output', 'json'],
    schema: Budgets,
    expect: ({ body }) => {
      const on = Budgets.parse(body)
        .flatMap(({ notifications }) => Object.values(notifications))
        .filter(({ enabled }) => enabled);
      return [holds('notifications of the budget', on.length > 0, on.length, 'at least one that is on')];
    },
  },
  {
    ...az,
    id: 'smart-detection-is-on',
    title: 'Smart Detection tells of anomalies and of answers that become slower',
    args: ['rest', '--method', 'get', '--url'].concat([
      provider(`Microsoft.Insights/components/${COMPONENT}/ProactiveDetectionConfigs`, '2015-05-01'),
    ]),
    schema: Detections,
    expect: ({ body }) => {
      const on = Detections.parse(body)
        .filter(({ Enabled }) => Enabled)
        .map(({ Name }) => Name);
      return [
        'slowserverresponsetime',
        'degradationinserverresponsetime',
        'extension_exceptionchangeextension',
      ].map((name) => holds(name, on.includes(name), on.includes(name) ? 'on' : 'off', 'on'));
    },
  },
  {
    ...az,
    id: 'failures-are-analysed',
    title: 'Failures are analysed by themselves (Failure Anomalies)',
    args: ['rest', '--method', 'get', '--url'].concat([
      provider('Microsoft.AlertsManagement/smartDetectorAlertRules', '2021-04-01'),
    ]),
    schema: Detectors,
    expect: ({ body }) => {
      const found = Detectors.parse(body).value.find(
        ({ properties }) => properties.detector.id === 'FailureAnomaliesDetector',
      );
      return [equal('state of the detector', found?.properties.state, 'Enabled')];
    },
  },
  {
    ...az,
    id: 'live-metrics-are-connected',
    title: 'The functions are connected to the Live Metrics Stream',
    // The connection string is a secret: only whether it names the live endpoint is asked for.
    args: ['functionapp', 'config', 'appsettings', 'list', '--resource-group', GROUP, '--name', APP].concat([
      '--query',
      "[?name=='APPLICATIONINSIGHTS_CONNECTION_STRING'] | [0].{live: contains(value, 'LiveEndpoint=')}",
      '--output',
      'json',
    ]),
    schema: z.object({ live: z.boolean() }).nullable(),
    expect: ({ body }) => [equal('live endpoint', (body as { live: boolean } | null)?.live, true)],
  },
  {
    kind: 'backup',
    id: 'configuration-backup-is-stored',
    title: 'A backup of the configuration of today is stored',
    phases: ['preflight'],
    source: {
      adapter: 'command',
      program: 'az',
      args: ['storage', 'blob', 'list', '--auth-mode', 'login', '--account-name', 'mhpbrandbackups']
        .concat([
          '--container-name',
          'configuration',
          '--prefix',
          env('MHP_BACKUP_BLOB', 'production'),
          '--query',
        ])
        .concat(['[].{name: name, size: properties.contentLength, at: properties.lastModified}'])
        .concat(['--output', 'json']),
    },
    atMost: '24h',
    size: { atLeast: 100 },
    budgetMs: 60_000,
    owner: 'platform team',
  },
];
