import type { MetricsPort } from '../../contract/ports/metrics.ts';
import type { AlertRule } from '../../contract/slo/alerts-check.ts';
import { MOST_AGE_SCRAPES } from '../limits.ts';
import type { LoadedRule } from '../rules-loaded.ts';
import type { AlertAnswer } from './alert-answer.ts';
import type { Silence } from './alertmanager.ts';
import { matcherHolds, receiversOf, type Route } from './route-tree.ts';

/**
 * Whether a rule is there, sets the labels that it must, and is evaluated. Pure.
 * @param nowS the time of Prometheus, in Unix seconds
 */
export function lookAtRule(rule: AlertRule, loaded: readonly LoadedRule[], nowS: number): AlertAnswer {
  const about = `${rule.alert} is loaded as planned`;
  const fail = (cause: string, measured: string, expected: string, remedy: string): AlertAnswer => ({
    about,
    outcome: 'fail',
    cause,
    measured,
    expected,
    remedy,
  });
  const named = loaded.filter(({ name, type }) => name === rule.alert && type === 'alerting');
  if (named.length === 0)
    return fail(
      'rule-missing',
      'no rule of this name',
      'a loaded rule',
      'load the rule file that has it (rule_files), and reload Prometheus; promtool check rules says whether it can be read',
    );
  const wanted = { ...rule.labels, severity: rule.severity };
  const same = named.filter(({ labels }) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value),
  );
  if (same.length === 0) {
    const others = Object.entries(rule.labels).every(([key, value]) =>
      named.some(({ labels }) => labels[key] === value),
    );
    return fail(
      others ? 'other-severity' : 'other-labels',
      named.map(({ labels }) => labelText(labels)).join(' and '),
      labelText(wanted),
      'set the labels of the rule as planned: routes and people go by them',
    );
  }
  const alike =
    rule.forS === undefined
      ? same
      : same.filter(({ duration }) => Math.abs(duration - (rule.forS ?? 0)) < 0.001);
  if (alike.length === 0)
    return fail(
      'other-duration',
      same.map(({ duration }) => `after ${duration} s`).join(' and '),
      `after ${rule.forS ?? 0} s`,
      'set `for` of the rule as planned',
    );
  // Rules of several windows share their name and their labels: each of them must work.
  const broken = alike.find(({ health }) => health === 'err');
  if (broken !== undefined)
    return fail(
      'rule-broken',
      broken.lastError ?? 'its last evaluation failed',
      'an evaluation without an error',
      'mend its expression',
    );
  const ageOf = ({ lastEvaluation }: LoadedRule): number => nowS - Date.parse(lastEvaluation) / 1000;
  const waiting = alike.find((one) => one.health !== 'ok' || Number.isNaN(ageOf(one)));
  if (waiting !== undefined)
    return {
      about,
      outcome: 'unknown',
      cause: 'rule-waiting',
      measured: 'not evaluated yet',
      expected: 'an evaluation without an error',
      remedy: `ask again in ${waiting.interval} s; where it stays so, Prometheus does not evaluate its group`,
    };
  const idle = alike.find((one) => ageOf(one) > MOST_AGE_SCRAPES * one.interval + 5);
  if (idle !== undefined)
    return fail(
      'rule-idle',
      `last evaluated ${Math.round(ageOf(idle))} s ago`,
      `every ${idle.interval} s`,
      'see why Prometheus does not evaluate its group any more: evaluations that take too long, or one that hangs',
    );
  const labels = new Set(alike.map((one) => labelText(one.labels)));
  return { about, outcome: 'pass', measured: [...labels].join(' and '), expected: labelText(wanted) };
}

/** Whether everybody is told who shall be, and nobody else. Pure. */
export function lookAtRoute(rule: AlertRule, root: Route): AlertAnswer | undefined {
  if (rule.receivers === undefined) return undefined;
  const about = `${rule.alert} is routed as planned`;
  const expected = [...rule.receivers].sort().join(', ');
  const labels = { ...rule.seriesLabels, ...rule.labels, severity: rule.severity, alertname: rule.alert };
  const { receivers, guessed, timed } = receiversOf(labels, root);
  const measured = [...receivers].sort().join(', ');
  if (guessed.length > 0)
    return {
      about,
      outcome: 'unknown',
      cause: 'route-depends',
      measured: `${measured}, if it has no label ${guessed.join(', ')}`,
      expected,
      remedy: `say with seriesLabels what its series will have: seriesLabels: { ${guessed[0] ?? ''}: 'shop' }, or an empty text for none`,
    };
  if (measured === expected && timed.length > 0)
    return {
      about,
      outcome: 'unknown',
      cause: 'route-depends',
      measured: `${measured}, at some hours only (${timed.join(', ')})`,
      expected,
      remedy:
        'let routes of these alerts tell at every hour: take mute_time_intervals and active_time_intervals from them',
    };
  if (measured === expected) return { about, outcome: 'pass', measured, expected };
  return {
    about,
    outcome: 'fail',
    cause: 'other-route',
    measured,
    expected,
    remedy: `correct the routes of Alertmanager for ${labelText(labels)}; amtool config routes test shows the way`,
  };
}

/**
 * Whether somebody has silenced a rule: then nobody is told, whatever the routes are. A silence of some of its series, such
 * as those of one host, is none of the rule. Pure.
 * @returns undefined where it is not silenced
 * @throws Error for matchers that cannot be read
 */
export function lookAtSilences(rule: AlertRule, silences: readonly Silence[]): AlertAnswer | undefined {
  if (rule.receivers === undefined) return undefined;
  const labels = { ...rule.seriesLabels, ...rule.labels, severity: rule.severity, alertname: rule.alert };
  const fitting = silences.filter(({ matchers }) => matchers.every((one) => matcherHolds(one, labels)));
  // By a label that nobody names a series may be let through: instance!="old:9100".
  const guessedOf = ({ matchers }: Silence): readonly string[] =>
    matchers.map(({ label }) => label).filter((label) => !Object.hasOwn(labels, label));
  const silence = fitting.find((one) => guessedOf(one).length === 0) ?? fitting[0];
  if (silence === undefined) return undefined;
  const about = `${rule.alert} is not silenced`;
  const measured = `silenced until ${silence.endsAt}${silence.comment === '' ? '' : `: ${silence.comment.slice(0, 100)}`}`;
  const [guessed] = guessedOf(silence);
  if (guessed !== undefined)
    return {
      about,
      outcome: 'unknown',
      cause: 'silence-depends',
      measured: `${measured}, where its series have no other ${guessed}`,
      expected: 'no silence',
      remedy: `say with seriesLabels what its series will have: seriesLabels: { ${guessed}: 'shop' }, or an empty text for none; or end the silence`,
    };
  return {
    about,
    outcome: 'fail',
    cause: 'silenced',
    measured,
    expected: 'no silence',
    remedy: 'end the silence in Alertmanager (amtool silence expire), which may be left from a rehearsal',
  };
}

/** Whether a rule was firing lately. Nobody having seen it is no fault of it, and no proof that it works. */
export async function lookAtFiring(
  rule: AlertRule,
  store: MetricsPort,
  nowS: number,
): Promise<AlertAnswer | undefined> {
  const { firedWithinS } = rule;
  if (firedWithinS === undefined) return undefined;
  const labels = { ...rule.labels, severity: rule.severity, alertname: rule.alert };
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const seen = async (state: string): Promise<boolean> => {
    const series = `ALERTS{${[...selector, `alertstate="${state}"`].join(',')}}`;
    return (
      (await store.instant(`count(count_over_time(${series}[${firedWithinS}s]))`, nowS)).samples.length > 0
    );
  };
  const about = `${rule.alert} was firing in the last ${firedWithinS} s`;
  const expected = 'firing';
  if (await seen('firing')) return { about, outcome: 'pass', measured: 'firing', expected };
  const pending = await seen('pending');
  return {
    about,
    outcome: 'unknown',
    cause: 'not-fired',
    measured: pending ? 'pending, and then no more' : 'never',
    expected,
    remedy: pending
      ? 'let the load that breaks it last longer than its `for`'
      : 'make load that breaks its threshold (a load profile of this plan, or a rehearsal), or lengthen firedWithinS',
  };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}
