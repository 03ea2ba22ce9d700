/** Paths of the third parties, so that faults can name them. */
export const THIRD_PARTY = {
  sentryProject: '/api/0/projects/ils/ils-app/',
  sentryIssues: '/api/0/projects/ils/ils-app/issues/',
  dashboards: '/api/search',
  logSum: '/loki/api/v1/query',
  logLines: '/loki/api/v1/query_range',
  laboratory: '/api/v2/status.json',
} as const;

/** What Sentry, Grafana, Loki and the laboratory answer while all is well: the shapes of their APIs, shortened. */
export const THIRD_PARTY_DOCUMENTS: Readonly<Record<string, unknown>> = {
  [THIRD_PARTY.sentryProject]: { slug: 'ils-app', status: 'active' },
  [THIRD_PARTY.sentryIssues]: [],
  [THIRD_PARTY.dashboards]: [
    { title: 'ILS application' },
    { title: 'ILS infrastructure' },
    { title: 'ILS database' },
  ],
  [THIRD_PARTY.logSum]: logSum(7),
  [THIRD_PARTY.logLines]: { status: 'success', data: { resultType: 'streams', result: [] } },
  [THIRD_PARTY.laboratory]: { status: { indicator: 'none', description: 'All systems operational' } },
};

/** Loki's answer to `sum(...)`. */
export function logSum(value: number): object {
  const at = Math.floor(Date.now() / 1000);
  return {
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [at, String(value)] }] },
  };
}
