import { loadTest, registerChecks } from '../checks/index.ts';
import { GreenlightError } from '../contract/errors.ts';
import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { prometheusFor } from '../contract/slo/alerts-problems.ts';
import { sourceOf } from '../contract/slo/metric-problems.ts';
import { refuseLiveKeys } from '../safety/live-keys.ts';
import { alertmanagerOf } from './alerts/alertmanager.ts';
import { evaluateAlerts } from './alerts/evaluate-alerts.ts';
import { evaluateSlo, openMetrics } from './evaluate-slo.ts';
import { evaluateMetric } from './metrics/evaluate-metric.ts';
import { rulesOf } from './planned-levels.ts';
import { openMetricSource } from './sources/metric-sources.ts';
import { prometheusOf } from './sources/open-prometheus.ts';

/** More than all questions of one objective may take together. */
const LONGEST_MS = 180_000;

/** Registers one Playwright test for each service level and each metric that the phase of this run requires. */
export function defineSlo(plan: Plan): void {
  registerChecks(loadTest, plan, 'slo', {
    slo: (check) => {
      const { slo } = plan;
      const objective = slo?.objectives.find(({ id }) => id === check.id);
      if (slo === undefined || objective === undefined) throw noSuch(check, 'service level');
      return {
        tags: ['slo'],
        look: async ({ stopWithTest }, testInfo) => {
          testInfo.setTimeout(LONGEST_MS);
          refuseLiveKeys(plan);
          return evaluateSlo(openMetrics(slo.source, process.env, stopWithTest), slo, objective);
        },
      };
    },
    metric: (check) => {
      const { metrics, target } = plan;
      const wanted = metrics?.checks.find(({ id }) => id === check.id);
      const named = metrics === undefined || wanted === undefined ? undefined : sourceOf(metrics, wanted);
      if (wanted === undefined || named === undefined) throw noSuch(check, 'metric');
      return {
        tags: ['metric'],
        look: async ({ stopWithTest: signal }, testInfo) => {
          testInfo.setTimeout(LONGEST_MS);
          refuseLiveKeys(plan);
          const reader = openMetricSource(named.source, { env: process.env, signal, target });
          return evaluateMetric(reader, named, wanted);
        },
      };
    },
    alerts: () => undefined,
  });
}

/** Registers one Playwright test for each check of alerts: after the load that may let them fire. */
export function defineAlerts(plan: Plan): void {
  registerChecks(loadTest, plan, 'slo', {
    slo: () => undefined,
    metric: () => undefined,
    alerts: (check) => {
      const wanted = plan.alerts.find(({ id }) => id === check.id);
      const source = wanted === undefined ? undefined : prometheusFor(wanted, plan.slo?.source, plan.metrics);
      if (wanted === undefined || source === undefined) throw noSuch(check, 'alert');
      const { rules, testAlert, alertmanager } = wanted;
      return {
        tags: ['alerts'],
        look: async ({ stopWithTest: signal }, testInfo) => {
          testInfo.setTimeout(LONGEST_MS + rules.length * (testAlert?.waitS ?? 0) * 1000);
          refuseLiveKeys(plan);
          return evaluateAlerts(wanted, {
            prometheus: prometheusOf(source, process.env, signal),
            alertmanager: alertmanager === undefined ? undefined : alertmanagerOf(alertmanager, process.env),
            exported: wanted.exported ? rulesOf(plan, undefined) : undefined,
            signal,
          });
        },
      };
    },
  });
}

function noSuch({ id }: PlannedCheck, what: string): GreenlightError {
  return new GreenlightError('INTERNAL', `the check ${id} has no ${what}`);
}
