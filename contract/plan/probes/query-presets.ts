import type { z } from 'zod';
import type { query } from './query.ts';

type QueryInput = z.input<typeof query.schema>;

/** What every preset takes: whom to ask, since when, how much is allowed; and all keys that any probe has. */
type Asked = Pick<QueryInput, 'endpoint' | 'since'> &
  Partial<Omit<QueryInput, 'kind' | 'endpoint' | 'since' | 'path' | 'query' | 'json' | 'count' | 'witness'>>;

/**
 * New issues of a Sentry project, by `/api/0/projects/{org}/{project}/issues/`: those first seen since the cut-over.
 * A project that does not exist is 404, and so unknown; one that gets no events is not told from one without errors.
 * https://docs.sentry.io/api/events/list-a-projects-issues/
 * @param search Sentry's own search, beside the time
 */
export function sentryIssues({
  org,
  project,
  search = 'is:unresolved',
  ...asked
}: Asked & { readonly org: string; readonly project: string; readonly search?: string }): QueryInput {
  return {
    id: 'no-new-issues-in-sentry',
    title: `Sentry has no new issues of ${project}`,
    atMost: 0,
    ...asked,
    kind: 'query',
    path: `/api/0/projects/${encodeURIComponent(org)}/${encodeURIComponent(project)}/issues/`,
    query: { query: `${search} firstSeen:>{since}`, statsPeriod: '14d' },
    count: '$',
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
 * Alerts of Grafana that fire now and are not silenced, by its Alertmanager. Its rules are the witness.
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
    witness: { path: '/api/prometheus/grafana/api/v1/rules', count: 'data.groups' },
  };
}
