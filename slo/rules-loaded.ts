import { z } from 'zod';
import type { PrometheusRule, RuleFile } from './prometheus-rule.ts';
import { askPrometheus, type PrometheusOptions } from './sources/prometheus.ts';

const Labels = z.record(z.string(), z.string()).default({});
const Loaded = z.object({
  type: z.enum(['recording', 'alerting']),
  name: z.string(),
  query: z.string(),
  /** Seconds; of an alert only. */
  duration: z.number().default(0),
  labels: Labels,
  health: z.string(),
  lastError: z.string().optional(),
  /** ISO time, of the year 1 where it was never evaluated. */
  lastEvaluation: z.string().default(''),
});
const Rules = z.object({
  status: z.literal('success'),
  data: z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        /** Seconds. */
        interval: z.number(),
        rules: z.array(Loaded),
      }),
    ),
  }),
});
const Formatted = z.object({ status: z.literal('success'), data: z.string() });

/** One rule that Prometheus has, with the seconds between two evaluations of its group. */
export type LoadedRule = z.infer<typeof Loaded> & { readonly group: string; readonly interval: number };

/** Everything that Prometheus has loaded. @throws Unavailable */
export async function loadedRules(options: PrometheusOptions): Promise<readonly LoadedRule[]> {
  const { data } = await askPrometheus(options, 'rules', undefined, Rules);
  return data.groups.flatMap(({ name, interval, rules }) =>
    rules.map((rule) => ({ ...rule, group: name, interval })),
  );
}

/** What is said about one exported rule: `waiting` is loaded, but was not evaluated yet. */
export interface RuleAnswer {
  readonly group: string;
  readonly rule: string;
  readonly state: 'loaded' | 'missing' | 'other' | 'broken' | 'waiting';
  readonly why?: string;
}

/**
 * Looks whether Prometheus has loaded each rule as it was exported, and evaluates it without an error. Expressions are
 * compared as Prometheus itself writes them. @throws Unavailable
 */
export async function rulesLoaded(
  options: PrometheusOptions,
  file: RuleFile,
): Promise<readonly RuleAnswer[]> {
  const loaded = await loadedRules(options);
  const known = new Map<string, Promise<string>>();
  const formatted = (query: string): Promise<string> => {
    const asked =
      known.get(query) ??
      askPrometheus(options, 'format_query', { query }, Formatted).then((one) => one.data);
    known.set(query, asked);
    return asked;
  };
  const answers: RuleAnswer[] = [];
  for (const { name: group, interval, rules } of file.groups) {
    const there = loaded.filter((one) => one.group === group);
    for (const rule of rules) {
      const name = 'alert' in rule ? rule.alert : rule.record;
      const about = { group, rule: `${name}${labelText(rule.labels)}` };
      // Pairs of windows with one factor share name and labels: only the expression tells them apart.
      const alike = there.filter(
        (one) =>
          one.name === name && labelText(one.labels) === labelText(rule.labels) && one.type === typeOf(rule),
      );
      const written = await formatted(rule.expr);
      let [same] = alike;
      for (const one of alike.slice(1)) if ((await formatted(one.query)) === written) same = one;
      if (same === undefined) {
        answers.push({ ...about, state: 'missing' });
        continue;
      }
      const wanted = 'alert' in rule ? secondsOf(rule.for) : 0;
      if (written !== (await formatted(same.query)))
        answers.push({ ...about, state: 'other', why: `its expression is ${same.query}` });
      else if (Math.abs(same.duration - wanted) > 0.001)
        answers.push({
          ...about,
          state: 'other',
          why: `it waits for ${same.duration} s instead of ${wanted} s`,
        });
      else if (Math.abs(same.interval - secondsOf(interval)) > 0.001)
        answers.push({
          ...about,
          state: 'other',
          why: `it is evaluated every ${same.interval} s instead of ${secondsOf(interval)} s`,
        });
      else if (same.health === 'ok') answers.push({ ...about, state: 'loaded' });
      else if (same.health === 'unknown') answers.push({ ...about, state: 'waiting' });
      else answers.push({ ...about, state: 'broken', why: same.lastError ?? same.health });
    }
  }
  return answers;
}

function typeOf(rule: PrometheusRule): 'recording' | 'alerting' {
  return 'alert' in rule ? 'alerting' : 'recording';
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
}

/** Of `300s` and `1500ms`, as we write them. */
function secondsOf(duration: string | undefined): number {
  if (duration === undefined) return 0;
  return duration.endsWith('ms') ? Number(duration.slice(0, -2)) / 1000 : Number(duration.slice(0, -1));
}
