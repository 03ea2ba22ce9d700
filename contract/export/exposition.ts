import type { CheckRecord, RunRecord } from '../history/run-record.ts';
import { Decision } from '../evidence/outcome.ts';

const OUTCOMES = [
  'pass',
  'fail',
  'unknown',
  'not-applicable',
  'not-run',
] as const satisfies readonly CheckRecord['outcome'][];

/** What each metric says, by its name: also what dashboards and rules are made of. */
export const METRICS = {
  greenlight_run_timestamp_seconds:
    'When the newest run ended, in Unix seconds: its age is how long nobody has looked.',
  greenlight_run_duration_seconds: 'How long the newest run took.',
  greenlight_run_decision: '1 for the decision of the newest run, 0 for the others.',
  greenlight_run_blind: 'How many causes kept the newest run from seeing the target.',
  greenlight_run_leftovers: 'Pieces of test data that the newest run left on the target.',
  greenlight_check_outcome: '1 for how the check ended when it was last looked at, 0 for the other outcomes.',
  greenlight_check_timestamp_seconds: 'When the check was last looked at, in Unix seconds.',
  greenlight_check_duration_seconds: 'How long the check took.',
  greenlight_check_measured: 'The number that the check measured, in its unit.',
  greenlight_step_duration_seconds: 'How long one step of a flow took.',
} as const;
export type MetricName = keyof typeof METRICS;

interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The newest numbers of one history in the text format of Prometheus, without timestamps of samples, which the textfile
 * collector refuses. A check that was not due in the newest run stands there as it was last seen. Pure.
 * @param records of one target and phase, oldest first, from all places
 */
export function exposition(records: readonly RunRecord[]): string {
  const samples = [...new Set(records.map(({ location }) => location))]
    .sort()
    .flatMap((location) => ofPlace(records.filter((record) => record.location === location)));
  return (Object.keys(METRICS) as MetricName[])
    .flatMap((name) => {
      const own = samples.filter((sample) => sample.name === name);
      if (own.length === 0) return [];
      return [`# HELP ${name} ${METRICS[name]}`, `# TYPE ${name} gauge`, ...own.map(line)];
    })
    .map((text) => `${text}\n`)
    .join('');
}

function ofPlace(records: readonly RunRecord[]): readonly Sample[] {
  // A start that found another run at work did not look.
  const runs = records.filter(({ skipped }) => skipped === null);
  const newest = runs.at(-1);
  if (newest === undefined) return [];
  const { target, phase, location } = newest;
  const labels = { target, phase, location };
  const checks = new Map(
    runs.flatMap((run) => run.checks.map((check) => [check.id, { run, check }] as const)),
  );
  const planned = new Set([...newest.checks, ...newest.notDue].map(({ id }) => id));
  return [
    { name: 'greenlight_run_timestamp_seconds', labels, value: seconds(newest.endedAt) },
    {
      name: 'greenlight_run_duration_seconds',
      labels,
      value: seconds(newest.endedAt) - seconds(newest.startedAt),
    },
    ...Decision.options.map((decision): Sample => {
      return {
        name: 'greenlight_run_decision',
        labels: { ...labels, decision },
        value: Number(decision === newest.decision),
      };
    }),
    { name: 'greenlight_run_blind', labels, value: newest.blind.length },
    { name: 'greenlight_run_leftovers', labels, value: newest.leftovers },
    ...[...checks]
      .filter(([id]) => planned.has(id))
      .flatMap(([id, seen]) => ofCheck({ ...labels, check: id, severity: seen.check.severity }, seen)),
  ];
}

function ofCheck(
  labels: Readonly<Record<string, string>>,
  { run, check }: { readonly run: RunRecord; readonly check: CheckRecord },
): readonly Sample[] {
  const { measured, unit = '', steps = [] } = check;
  return [
    ...OUTCOMES.map((outcome): Sample => {
      return {
        name: 'greenlight_check_outcome',
        labels: { ...labels, outcome },
        value: Number(outcome === check.outcome),
      };
    }),
    { name: 'greenlight_check_timestamp_seconds', labels, value: seconds(run.endedAt) },
    { name: 'greenlight_check_duration_seconds', labels, value: check.ms / 1000 },
    ...(typeof measured === 'number'
      ? [{ name: 'greenlight_check_measured' as const, labels: { ...labels, unit }, value: measured }]
      : []),
    // One series a step: where a check tried twice, the last counts. A series that comes twice costs the whole file.
    ...[...new Map(steps.map((step) => [step.id, step])).values()].map(({ id, ms }): Sample => {
      return { name: 'greenlight_step_duration_seconds', labels: { ...labels, step: id }, value: ms / 1000 };
    }),
  ];
}

function line({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${labelValue(text)}"`);
  return `${name}{${pairs.join(',')}} ${String(Number(value.toFixed(6)))}`;
}

/** The three characters that the format escapes. */
export function labelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}
