import type { MetricName } from './exposition.ts';

interface Panel {
  readonly title: string;
  readonly type: 'state-timeline' | 'timeseries' | 'stat';
  readonly expr: string;
  readonly legend: string;
  readonly unit: string;
  readonly of: MetricName;
}

const OF = 'target=~"$target",phase=~"$phase"';
/** 3 passed, 2 not applicable, 1 unknown or not run, 0 failed: Grafana colours numbers. */
const OUTCOME =
  `max by (target, location, check) (3 * greenlight_check_outcome{${OF},outcome="pass"} + ignoring (outcome) 2 * greenlight_check_outcome{${OF},outcome="not-applicable"}` +
  ` + ignoring (outcome) 1 * greenlight_check_outcome{${OF},outcome="unknown"} + ignoring (outcome) 1 * greenlight_check_outcome{${OF},outcome="not-run"})`;

const PANELS: readonly Panel[] = [
  {
    title: 'Age of the newest run',
    type: 'stat',
    expr: `time() - max by (target, location) (greenlight_run_timestamp_seconds{${OF}})`,
    legend: '{{target}} {{location}}',
    unit: 's',
    of: 'greenlight_run_timestamp_seconds',
  },
  {
    title: 'Decisions',
    type: 'state-timeline',
    expr: `max by (target, location) (3 * greenlight_run_decision{${OF},decision="GO"} + ignoring (decision) 1 * greenlight_run_decision{${OF},decision="INCONCLUSIVE"})`,
    legend: '{{target}} {{location}}',
    unit: 'none',
    of: 'greenlight_run_decision',
  },
  {
    title: 'Checks',
    type: 'state-timeline',
    expr: OUTCOME,
    legend: '{{check}} {{location}}',
    unit: 'none',
    of: 'greenlight_check_outcome',
  },
  {
    title: 'Share of the time in which a check passed',
    type: 'stat',
    expr: `avg by (target, check) (avg_over_time(greenlight_check_outcome{${OF},outcome="pass"}[$__range]))`,
    legend: '{{check}}',
    unit: 'percentunit',
    of: 'greenlight_check_outcome',
  },
  {
    title: 'How long steps took',
    type: 'timeseries',
    expr: `greenlight_step_duration_seconds{${OF}}`,
    legend: '{{check}} {{step}} {{location}}',
    unit: 's',
    of: 'greenlight_step_duration_seconds',
  },
  {
    title: 'How long checks took',
    type: 'timeseries',
    expr: `greenlight_check_duration_seconds{${OF}}`,
    legend: '{{check}} {{location}}',
    unit: 's',
    of: 'greenlight_check_duration_seconds',
  },
  {
    title: 'What checks measured',
    type: 'timeseries',
    expr: `greenlight_check_measured{${OF}}`,
    legend: '{{check}} {{unit}} {{location}}',
    unit: 'none',
    of: 'greenlight_check_measured',
  },
  {
    title: 'Test data left on the target',
    type: 'timeseries',
    expr: `greenlight_run_leftovers{${OF}}`,
    legend: '{{target}} {{location}}',
    unit: 'none',
    of: 'greenlight_run_leftovers',
  },
];

const SOURCE = { type: 'prometheus', uid: '${source}' };
const WIDTH = 12;
const HEIGHT = 8;

const STATES = [
  { type: 'value', options: { '0': { text: 'failed', color: 'red', index: 0 } } },
  { type: 'value', options: { '1': { text: 'unknown', color: 'yellow', index: 1 } } },
  { type: 'value', options: { '2': { text: 'not applicable', color: 'blue', index: 2 } } },
  { type: 'value', options: { '3': { text: 'passed', color: 'green', index: 3 } } },
];

/** A dashboard of Grafana over the exported metrics, to be imported or provisioned. Pure. */
export function dashboard(target: string): Readonly<Record<string, unknown>> {
  return {
    title: `Greenlight: ${target}`,
    uid: null,
    schemaVersion: 39,
    tags: ['greenlight'],
    editable: true,
    time: { from: 'now-24h', to: 'now' },
    refresh: '1m',
    templating: {
      list: [
        { name: 'source', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
        variable('target', target),
        variable('phase', 'synthetic'),
      ],
    },
    panels: PANELS.map(({ title, type, expr, legend, unit }, index) => ({
      id: index + 1,
      title,
      type,
      datasource: SOURCE,
      gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
      targets: [{ refId: 'A', datasource: SOURCE, expr, legendFormat: legend }],
      fieldConfig: {
        defaults: { unit, ...(type === 'state-timeline' && { mappings: STATES }) },
        overrides: [],
      },
      options: {},
    })),
  };
}

function variable(name: string, value: string): object {
  return {
    name,
    type: 'query',
    datasource: SOURCE,
    query: `label_values(greenlight_run_timestamp_seconds, ${name})`,
    includeAll: true,
    multi: true,
    refresh: 2,
    current: { text: value, value },
  };
}
