import { Unavailable } from '../../contract/cannot-tell.ts';
import { unknownFinding } from '../../contract/evidence/unknown-finding.ts';
import { z } from 'zod';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { AlertRule, AlertsCheck } from '../../contract/slo/alerts-check.ts';
import type { RuleFile } from '../prometheus-rule.ts';
import { loadedRules, rulesLoaded } from '../rules-loaded.ts';
import { askPrometheus, createPrometheus, type PrometheusOptions } from '../sources/prometheus.ts';
import { testAlert } from '../test-alert.ts';
import { type AlertAnswer, findingOf } from './alert-answer.ts';
import { activeSilences, type AlertmanagerOptions, loadedRoutes } from './alertmanager.ts';
import { lookAtFiring, lookAtRoute, lookAtRule, lookAtSilences } from './look-at-rule.ts';
import { receiversOf, type Route } from './route-tree.ts';

/** Who is asked, with resolved secrets. */
export interface AlertSystems {
  readonly prometheus: PrometheusOptions;
  readonly alertmanager: AlertmanagerOptions | undefined;
  /** The rules that the service levels of the plan are exported as, where the check asks for them. */
  readonly exported: RuleFile | undefined;
  readonly signal?: AbortSignal;
}

const Alertmanagers = z.object({
  status: z.literal('success'),
  data: z.object({ activeAlertmanagers: z.array(z.unknown()) }),
});

/** Looks once at everything that one check says about alerting. A system that gives no answer makes it unknown. */
export async function evaluateAlerts(check: AlertsCheck, systems: AlertSystems): Promise<Finding> {
  const answers: AlertAnswer[] = [];
  let away: Unavailable | undefined;
  for (const look of [rulesOf, routesOf, deliveryOf])
    try {
      answers.push(...(await look(check, systems)));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      away ??= error;
    }
  // A system that is away hides no fault that another one shows.
  if (away === undefined || answers.some(({ outcome }) => outcome === 'fail'))
    return findingOf(check.id, answers);
  return unknownFinding(check.id, away, {
    cause: 'alerting-unavailable',
    summary: `Whether anybody would be told cannot be asked: ${away.message}`,
  });
}

async function rulesOf(
  { rules }: AlertsCheck,
  { prometheus, exported }: AlertSystems,
): Promise<readonly AlertAnswer[]> {
  const store = createPrometheus(prometheus);
  const nowS = await store.now();
  const loaded = await loadedRules(prometheus);
  const fired: AlertAnswer[] = [];
  for (const rule of rules) {
    const answer = await lookAtFiring(rule, store, nowS);
    if (answer !== undefined) fired.push(answer);
  }
  const own = exported === undefined ? [] : await rulesLoaded(prometheus, exported);
  return [
    ...rules.map((rule) => lookAtRule(rule, loaded, nowS)),
    ...own.map(({ group, rule, state, why }): AlertAnswer => ({
      about: `${rule} of ${group} is loaded as exported`,
      outcome: EXPORTED[state],
      ...(state === 'loaded' ? {} : { cause: `rule-${state}` }),
      measured: why ?? state,
      expected: 'loaded',
      ...(state === 'loaded'
        ? {}
        : { remedy: 'write the rules anew with greenlight slo export --prometheus, and reload Prometheus' }),
    })),
    ...fired,
  ];
}

const EXPORTED: Readonly<
  Record<Awaited<ReturnType<typeof rulesLoaded>>[number]['state'], AlertAnswer['outcome']>
> = {
  loaded: 'pass',
  missing: 'fail',
  other: 'fail',
  broken: 'fail',
  // Loaded a moment ago.
  waiting: 'unknown',
};

async function routesOf(
  { rules }: AlertsCheck,
  { prometheus, alertmanager, signal }: AlertSystems,
): Promise<readonly AlertAnswer[]> {
  if (alertmanager === undefined) return [];
  const { data } = await askPrometheus(prometheus, 'alertmanagers', undefined, Alertmanagers);
  const sends = data.activeAlertmanagers.length;
  const connected: AlertAnswer = {
    about: 'Prometheus sends its alerts to an Alertmanager',
    outcome: sends > 0 ? 'pass' : 'fail',
    ...(sends > 0
      ? {}
      : {
          cause: 'no-alertmanager',
          remedy: 'name the Alertmanager in the section alerting of prometheus.yml',
        }),
    measured: `${sends} that it reaches`,
    expected: 'at least one',
  };
  if (rules.every(({ receivers }) => receivers === undefined)) return [connected];
  const root = await loadedRoutes(alertmanager, signal);
  const silences = await activeSilences(alertmanager, signal);
  try {
    return [
      connected,
      ...rules.flatMap((rule) => lookAtRoute(rule, root) ?? []),
      ...rules.flatMap((rule) => lookAtSilences(rule, silences) ?? []),
    ];
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** A test alert with the labels of the rules, once for each set of them: what Alertmanager makes of it is no guess. */
async function deliveryOf(
  { rules, testAlert: wanted }: AlertsCheck,
  { alertmanager, signal }: AlertSystems,
): Promise<readonly AlertAnswer[]> {
  if (wanted === undefined || alertmanager === undefined) return [];
  const at = wanted.listen.lastIndexOf(':');
  const listen = {
    host: wanted.listen.slice(0, at).replace(/^\[|\]$/g, ''),
    port: Number(wanted.listen.slice(at + 1)),
  };
  const answers: AlertAnswer[] = [];
  const sent = new Set<string>();
  for (const rule of rules) {
    // Who shall not be told by this receiver is no fault of it.
    if (rule.receivers?.includes(wanted.receiver) === false) continue;
    const labels = labelsOf(rule);
    const key = JSON.stringify(labels);
    if (sent.has(key)) continue;
    sent.add(key);
    const { state, why, receivers } = await testAlert({
      alertmanager: alertmanager.url,
      headers: alertmanager.headers,
      listen,
      labels: { ...labels, alertname: 'GreenlightTestAlert' },
      receiver: wanted.receiver,
      waitMs: wanted.waitS * 1000,
      ...(signal === undefined ? {} : { signal }),
    });
    if (state === 'not-delivered' && !receivers.includes(wanted.receiver)) {
      const root = await loadedRoutes(alertmanager, signal);
      if (byName(rule, root, wanted.receiver)) {
        answers.push({
          about: `A test alert of severity ${rule.severity} is delivered to ${wanted.receiver}`,
          outcome: 'unknown',
          cause: 'delivery-unknown',
          measured: `routes go by the name ${rule.alert}, which a test alert has not`,
          expected: 'delivered',
          remedy: 'let a route of its own hand alerts with the label greenlight_test to this receiver',
        });
        continue;
      }
    }
    answers.push({
      about: `A test alert of severity ${rule.severity} is delivered to ${wanted.receiver}`,
      outcome: state === 'delivered' ? 'pass' : state === 'not-delivered' ? 'fail' : 'unknown',
      ...(state === 'delivered'
        ? {}
        : {
            cause: state === 'unknown' ? 'delivery-unknown' : state,
            remedy:
              state === 'not-delivered'
                ? 'correct the routes of Alertmanager, or end the silence'
                : 'let a webhook_config of this receiver name the address of testAlert.listen, and wait longer than group_wait',
          }),
      measured: othersOf(receivers, wanted.receiver, why),
      expected: 'delivered',
    });
  }
  return answers;
}

/** Who else was told of a test wants to know why their pager rang. */
function othersOf(receivers: readonly string[], ours: string, why: string): string {
  const others = receivers.filter((one) => one !== ours);
  return others.length === 0 ? why : `${why}; ${others.join(', ')} heard of the test, too`;
}

/** Whether the rule itself is routed to a receiver, which a test alert has another name for. @throws Unavailable */
function byName(rule: AlertRule, root: Route, receiver: string): boolean {
  try {
    return receiversOf({ ...labelsOf(rule), alertname: rule.alert }, root).receivers.includes(receiver);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): Unavailable {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Unavailable(why, 'show the way with amtool config routes test', { cause });
}

function labelsOf({ labels, seriesLabels, severity }: AlertRule): Record<string, string> {
  const all = { ...seriesLabels, ...labels, severity };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}
