import type { Problem } from '../errors.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { AlertsCheck } from './alerts-check.ts';
import { Metrics } from './metric-check.ts';
import { MetricsSource } from './metrics-source.ts';

type Prometheus = Extract<MetricsSource, { adapter: 'prometheus' }>;

/** The Prometheus that a check of alerts asks: the one that it names, that of `slo`, or the only one there is. */
export function prometheusFor(
  { source }: Pick<AlertsCheck, 'source'>,
  slo: MetricsSource | undefined,
  metrics: Pick<Metrics, 'sources'> | undefined,
): Prometheus | undefined {
  const all = Object.entries(metrics?.sources ?? {}).flatMap(([name, one]): [string, Prometheus][] =>
    one.adapter === 'prometheus' ? [[name, one]] : [],
  );
  if (source !== undefined) return all.find(([name]) => name === source)?.[1];
  if (slo?.adapter === 'prometheus') return slo;
  return all.length === 1 ? all[0]?.[1] : undefined;
}

/** What is wrong between the alerts of a plan of any shape and the rest of it. */
export function alertsProblems(plan: Loose): readonly Problem[] {
  const slo = MetricsSource.safeParse(object(plan['slo'])['source']).data;
  const metrics = Metrics.safeParse(plan['metrics'] ?? {}).data;
  return list(plan['alerts']).flatMap((raw, index): readonly Problem[] => {
    const parsed = AlertsCheck.safeParse(raw);
    // What cannot be read is left to the schema's own messages.
    if (!parsed.success) return [];
    const check = parsed.data;
    const path = `alerts[${index}]`;
    const problems: Problem[] = [];
    if (metrics !== undefined && prometheusFor(check, slo, metrics) === undefined)
      problems.push({
        path: `${path}.source`,
        value: check.source === undefined ? 'nothing' : JSON.stringify(check.source),
        problem: 'says of no Prometheus that its rules are looked at',
        remedy:
          "name one of metrics.sources: metrics: { sources: { main: { adapter: 'prometheus', url: 'https://prometheus.example.com' } } }",
      });
    if (check.rules.length === 0 && !check.exported)
      problems.push({
        path: `${path}.rules`,
        value: 'no rules',
        problem: 'looks for no rule, so that none can be missing',
        remedy: 'name the rules, or say exported: true for those of the service levels',
      });
    if (check.exported && slo?.adapter !== 'prometheus')
      problems.push({
        path: `${path}.exported`,
        value: 'true',
        problem: 'the plan has no service levels in Prometheus, so that no rules are exported',
        remedy: 'drop it, or add slo with a source of Prometheus',
      });
    const asks = check.testAlert !== undefined ? 'testAlert' : 'rules';
    if (
      check.alertmanager === undefined &&
      (check.testAlert !== undefined || check.rules.some(({ receivers }) => receivers !== undefined))
    )
      problems.push({
        path: `${path}.alertmanager`,
        value: 'nothing',
        problem: `${asks} cannot be asked without the Alertmanager that routes`,
        remedy: "add alertmanager: { url: 'http://alertmanager.example.com:9093' }",
      });
    if (check.testAlert !== undefined && check.rules.length === 0)
      problems.push({
        path: `${path}.testAlert`,
        value: 'no rules',
        problem: 'has no severity to test',
        remedy: 'name at least one rule with its severity',
      });
    const wanted = check.testAlert?.receiver;
    if (
      wanted !== undefined &&
      check.rules.length > 0 &&
      check.rules.every(({ receivers }) => receivers?.includes(wanted) === false)
    )
      problems.push({
        path: `${path}.testAlert.receiver`,
        value: JSON.stringify(wanted),
        problem: 'shall be told of no rule, so that no test alert is sent',
        remedy: 'name it among the receivers of at least one rule',
      });
    return problems;
  });
}
