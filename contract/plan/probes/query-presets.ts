import { z } from 'zod';
import type { query } from './query.ts';

type QueryInput = z.input<typeof query.schema>;

/** What every preset takes: whom to ask, since when, how much is allowed; and all keys that any probe has. */
type Asked = Pick<QueryInput, 'endpoint' | 'since'> &
  Partial<Omit<QueryInput, 'kind' | 'endpoint' | 'since' | 'path' | 'query' | 'json' | 'count' | 'witness'>>;

/**
 * New issues of a Sentry project, by `/api/0/projects/{org}/{project}/issues/`: those first seen since the cut-over.
 * A project that does not exist is 404, and so unknown. Its events of any kind since then are the witness: a project that
 * gets none has no new issues either. One without tracing gets none while all is well: send one (`sentry-cli send-event`),
 * or name a witness of your own.
 * https://docs.sentry.io/api/events/list-a-projects-issues/
 * https://docs.sentry.io/api/explore/query-explore-events-in-table-format/
 * @param search Sentry's own search, beside the time
 * @param witness what shows that the target reports there
 */
export function sentryIssues({
  org,
  project,
  search = 'is:unresolved',
  witness = {
    path: `/api/0/organizations/${encodeURIComponent(org)}/events/`,
    query: { field: 'count()', query: `project:${project}`, statsPeriod: '{since:age}' },
    count: 'data.0.count()',
    countOfNothing: 0,
  },
  ...asked
}: Asked & {
  readonly org: string;
  readonly project: string;
  readonly search?: string;
  readonly witness?: QueryInput['witness'];
}): QueryInput {
  return {
    id: 'no-new-issues-in-sentry',
    title: `Sentry has no new issues of ${project}`,
    atMost: 0,
    ...asked,
    kind: 'query',
    path: `/api/0/projects/${encodeURIComponent(org)}/${encodeURIComponent(project)}/issues/`,
    query: { query: `${search} firstSeen:>{since}`, statsPeriod: '14d' },
    count: '$',
    witness,
  };
}

/**
 * Lines of a log in Loki, counted by `/loki/api/v1/query`. All lines of the selector are the witness: without one, what
 * was asked for may not be the log of the target.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/
 * @param selector LogQL: `{app="shop"}`
 * @param filter LogQL behind it, for the lines that are counted: `|= "ERROR"`
 */
export function lokiLines({
  selector,
  filter,
  ...asked
}: Asked & { readonly selector: string; readonly filter: string }): QueryInput {
  const counted = (logQl: string): Pick<QueryInput, 'path' | 'query'> => ({
    path: '/loki/api/v1/query',
    query: { query: `sum(count_over_time(${logQl} [{since:age}]))` },
  });
  const at = { count: 'data.result.0.value.1', countOfNothing: 0 };
  return {
    id: 'no-errors-in-the-log',
    title: `The log ${selector} has no lines with ${filter}`,
    atMost: 0,
    ...asked,
    kind: 'query',
    ...counted(`${selector} ${filter}`),
    ...at,
    witness: { ...counted(selector), ...at },
  };
}

/**
 * Documents in Elasticsearch or OpenSearch, counted by `_count`. All documents of the index in the same time are the
 * witness. An index that does not exist is 404, and so unknown.
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-count
 * @param search Lucene's query string: `level:error AND service:shop`
 * @param witness the same for what shows that the target writes there: `service:shop`; everything, if none is given
 */
export function elasticsearchHits({
  index,
  search,
  witness = '*',
  time = '@timestamp',
  ...asked
}: Asked & {
  readonly index: string;
  readonly search: string;
  readonly witness?: string;
  readonly time?: string;
}): QueryInput {
  const counted = (queryString: string): Pick<QueryInput, 'path' | 'query' | 'json'> => ({
    path: `/${encodeURIComponent(index)}/_count`,
    query: { allow_no_indices: 'false', ignore_unavailable: 'false' },
    json: {
      query: {
        bool: {
          filter: [{ range: { [time]: { gte: '{since}' } } }, { query_string: { query: queryString } }],
        },
      },
    },
  });
  return {
    id: 'no-errors-in-elasticsearch',
    title: `${index} has no documents with ${search}`,
    atMost: 0,
    ...asked,
    kind: 'query',
    ...counted(search),
    count: 'count',
    witness: { ...counted(witness), count: 'count' },
  };
}

/**
 * Alerts of Grafana that fire now and are not silenced, by its Alertmanager. Its rules are the witness: one of them, or what
 * it watches, has the labels of the filter. A filter that is misspelt matches no alert, and no rule either.
 * https://grafana.com/docs/grafana/latest/developers/http_api/alerting/
 * @param filter a matcher of labels: `service="shop"`; without it every alert counts
 */
export function grafanaAlerts({
  filter,
  ...asked
}: Omit<Asked, 'since'> & { readonly filter?: string }): QueryInput {
  return {
    id: 'no-alert-fires-in-grafana',
    title: `No alert fires in Grafana${filter === undefined ? '' : ` for ${filter}`}`,
    atMost: 0,
    ...asked,
    kind: 'query',
    path: '/api/alertmanager/grafana/api/v2/alerts',
    query: {
      active: 'true',
      silenced: 'false',
      inhibited: 'false',
      ...(filter !== undefined && { filter }),
    },
    count: '$',
    witness: {
      path: '/api/prometheus/grafana/api/v1/rules',
      count: 'data.groups',
      ...(filter !== undefined && { schema: rulesThatMatch(filter) }),
    },
  };
}

const Labels = z.record(z.string(), z.string()).nullish();
/** The part that is read of Grafana's rules: those of each group, and what each of them watches, firing or not. */
const Rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        file: z.string().default(''),
        rules: z.array(
          z.object({
            name: z.string().default(''),
            labels: Labels,
            alerts: z.array(z.object({ labels: Labels })).nullish(),
          }),
        ),
      }),
    ),
  }),
});

/** Rules of which one has the labels of a filter. */
function rulesThatMatch(filter: string): z.ZodType {
  const matches = matcherOf(filter);
  return Rules.refine(
    ({ data }) =>
      data.groups.some(({ file, rules }) =>
        rules.some(({ name, labels, alerts }) =>
          [labels, ...(alerts ?? []).map((alert) => alert.labels)].some((one) =>
            matches({ alertname: name, grafana_folder: file, ...labels, ...one }),
          ),
        ),
      ),
    { message: `a rule, or something that it watches, with ${filter}` },
  );
}

/** As Alertmanager reads a matcher: a label that is missing is empty, and expressions match the whole value. */
function matcherOf(filter: string): (labels: Readonly<Record<string, string>>) => boolean {
  const [, label = '', operator = '', quoted, bare = ''] =
    /^\s*([^\s=!~"]+)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|(.*?))\s*$/.exec(filter) ?? [];
  const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
  if (label === '') return () => false;
  if (!operator.endsWith('~')) return (labels) => ((labels[label] ?? '') === value) === (operator === '=');
  const expression = expressionOf(value);
  return (labels) => expression !== undefined && expression.test(labels[label] ?? '') === (operator === '=~');
}

/** Undefined for what is no expression here: then nothing shows what it matches there. */
function expressionOf(value: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${value})$`, 'u');
  } catch {
    return undefined;
  }
}
