import type { ProgramAnswer } from '../system/program-stand-in.ts';

const REST = 'rest --method get --url';
const PROVIDERS =
  'https://management.azure.com/subscriptions/{subscriptionId}/resourceGroups/mhp-brand-rg/providers';

/** Command lines of `az`, so that faults can name them. */
export const AZURE_COMMANDS = {
  dashboards: 'resource list --resource-group mhp-brand-rg --resource-type Microsoft.Portal/dashboards',
  queryRules: `${REST} ${PROVIDERS}/Microsoft.Insights/scheduledQueryRules`,
  metricAlerts: `${REST} ${PROVIDERS}/Microsoft.Insights/metricAlerts`,
  budgets: 'consumption budget list --resource-group mhp-brand-rg',
  smartDetection: `${REST} ${PROVIDERS}/Microsoft.Insights/components/mhp-brand-insights/ProactiveDetectionConfigs`,
  failureAnomalies: `${REST} ${PROVIDERS}/Microsoft.AlertsManagement/smartDetectorAlertRules`,
  settings:
    'functionapp config appsettings list --resource-group mhp-brand-rg --name mhpbrandfunctions38e5971a',
  backup: 'storage blob list --auth-mode login --account-name mhpbrandbackups',
} as const;

const GROUPS = [
  '/subscriptions/stand-in/resourceGroups/mhp-brand-rg/providers/microsoft.insights/actiongroups/on-call',
];

export const queryRule = (name: string, severity: number, threshold: number, enabled = true) => ({
  name,
  properties: {
    enabled,
    severity,
    criteria: { allOf: [{ query: 'AppRequests | ...', operator: 'GreaterThan', threshold }] },
    actions: { actionGroups: GROUPS },
  },
});

/** What `az` answers while all is well: the shapes of Azure's REST API, shortened to what the plan reads. */
export const AZURE_ANSWERS: Readonly<Record<string, ProgramAnswer>> = {
  [AZURE_COMMANDS.dashboards]: {
    stdout: [
      'Performance Dashboard',
      'Reliability Dashboard',
      'User Analytics Dashboard',
      'Compliance Dashboard',
    ],
  },
  [AZURE_COMMANDS.queryRules]: {
    stdout: { value: [queryRule('mhp-error-rate', 0, 1), queryRule('mhp-p95', 2, 1000)] },
  },
  [AZURE_COMMANDS.metricAlerts]: {
    stdout: {
      value: [
        {
          name: 'mhp-availability',
          properties: {
            enabled: true,
            severity: 0,
            criteria: { allOf: [{ operator: 'LessThan', threshold: 99.9 }] },
            actions: [{ actionGroupId: GROUPS[0] }],
          },
        },
      ],
    },
  },
  [AZURE_COMMANDS.budgets]: {
    stdout: [{ name: 'mhp-brand', notifications: { Actual_80: { enabled: true, threshold: 80 } } }],
  },
  [AZURE_COMMANDS.smartDetection]: {
    stdout: [
      { Name: 'slowserverresponsetime', Enabled: true },
      { Name: 'degradationinserverresponsetime', Enabled: true },
      { Name: 'extension_exceptionchangeextension', Enabled: true },
    ],
  },
  [AZURE_COMMANDS.failureAnomalies]: {
    stdout: { value: [{ properties: { state: 'Enabled', detector: { id: 'FailureAnomaliesDetector' } } }] },
  },
  [AZURE_COMMANDS.settings]: { stdout: { live: true } },
  [AZURE_COMMANDS.backup]: { stdout: backups(6) },
};

/** What `az storage blob list` says by the plan's query: the newest is so many hours old. */
export function backups(hours: number): readonly object[] {
  const of = (name: string, age: number): object => ({
    name,
    size: 18_204,
    // As az writes it: with an offset, and no Z.
    at: new Date(Date.now() - age * 3_600_000).toISOString().replace('Z', '+00:00'),
  });
  return [of('production-1.json', hours + 24), of('production-2.json', hours)];
}
