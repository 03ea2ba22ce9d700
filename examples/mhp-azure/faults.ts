import type { SceneFault, Undo } from '../system/example.ts';
import type { ProgramAnswer } from '../system/program-stand-in.ts';
import type { Instead } from '../system/state.ts';
import type { Application } from '../system/application.ts';
import { AZURE_COMMANDS, backups, queryRule } from './azure-answers.ts';
import { GOOD, type MhpScene, swap, telemetry } from './scene.ts';

/** Faults of the MHP cut-over, in the order of the night. */
export const MHP_FAULTS: readonly SceneFault<MhpScene>[] = [
  {
    id: 'staging-endpoint-500',
    title: 'one endpoint of the staging slot answers 500',
    phase: 'preflight',
    check: 'endpoints-answer',
    plant: ({ staging }) => answers(staging, 'GET /api/analytics/usage', { status: 500 }),
  },
  {
    id: 'health-lies',
    title: 'the staging slot says that it is healthy, and its guidelines cannot be read',
    phase: 'preflight',
    check: 'staging-slot-is-healthy',
    plant: ({ staging }) => answers(staging, 'GET /api/guidelines', { status: 503 }),
  },
  {
    id: 'checks-are-lost',
    title: 'asset checks are accepted on staging and not kept',
    phase: 'preflight',
    check: 'asset-is-checked',
    plant: ({ staging }) => answers(staging, 'GET /api/checks/', { status: 404 }),
  },
  {
    id: 'suite-fails',
    title: 'a test of the staging suite fails',
    phase: 'preflight',
    check: 'staging-suite-passes',
    plant: (scene) => {
      scene.suiteFails(true);
      return () => scene.suiteFails(false);
    },
  },
  {
    id: 'alert-rule-off',
    title: 'the alert for errors is switched off',
    phase: 'preflight',
    check: 'error-and-latency-alerts-are-on',
    plant: (scene) =>
      azAnswers(scene, AZURE_COMMANDS.queryRules, {
        stdout: { value: [queryRule('mhp-error-rate', 0, 1, false), queryRule('mhp-p95', 2, 1000)] },
      }),
  },
  {
    id: 'backup-is-old',
    title: 'the backup of the configuration is two days old',
    phase: 'preflight',
    check: 'configuration-backup-is-stored',
    plant: (scene) => azAnswers(scene, AZURE_COMMANDS.backup, { stdout: backups(48) }),
  },
  {
    id: 'staging-is-slow',
    title: 'every answer of staging takes 700 ms',
    phase: 'preflight',
    check: 'benchmarks-are-met',
    plant: ({ staging }) => {
      staging.state.delayMs = 700;
      return () => {
        staging.state.delayMs = 0;
      };
    },
  },
  {
    id: 'swap-did-not-take',
    title: 'the swap ended well, and production still runs the old release',
    phase: 'post-cutover',
    check: 'wanted-release-runs',
    plant: ({ staging, production }) => {
      swap(staging, production);
      return () => swap(staging, production);
    },
  },
  {
    id: 'dashboard-missing',
    title: 'the compliance dashboard is gone',
    phase: 'post-cutover',
    check: 'dashboards-are-there',
    plant: (scene) =>
      azAnswers(scene, AZURE_COMMANDS.dashboards, {
        stdout: ['Performance Dashboard', 'Reliability Dashboard', 'User Analytics Dashboard', null],
      }),
  },
  {
    id: 'live-metrics-cut',
    title: 'the connection string does not name the live endpoint',
    phase: 'post-cutover',
    check: 'live-metrics-are-connected',
    plant: (scene) => azAnswers(scene, AZURE_COMMANDS.settings, { stdout: { live: false } }),
  },
  {
    // Of the hour it is half a percent: only a level that begins at the swap sees it.
    id: 'errors-since-the-swap',
    title: '3 % of the requests since the swap fail, and hardly any did before',
    phase: 'post-cutover',
    check: 'errors-stay-below-the-alert',
    plant: (scene) => insightsTell(scene, { old: GOOD, next: { failed: 6, everyMinutes: 1 } }),
  },
  {
    id: 'errors-in-insights',
    title: '0.5 % of the requests fail',
    phase: 'watch',
    check: 'errors-are-few',
    plant: (scene) => insightsTell(scene, { next: { failed: 1, everyMinutes: 1 } }),
  },
  {
    id: 'slow-in-insights',
    title: 'most requests take 900 ms',
    phase: 'watch',
    check: 'answers-are-fast',
    plant: (scene) => insightsTell(scene, { next: { durationMs: 900 } }),
  },
  {
    id: 'swap-back-incomplete',
    title: 'after the swap back, production answers 503 where the guidelines are',
    phase: 'rollback',
    check: 'production-slot-is-healthy',
    plant: ({ production }) => answers(production, 'GET /api/guidelines', { status: 503 }),
  },
];

function answers({ state }: Application, place: string, instead: Instead): Undo {
  state.instead.set(place, instead);
  return () => void state.instead.delete(place);
}

function azAnswers({ az }: MhpScene, command: string, answer: ProgramAnswer): Undo {
  const before = az.get(command) ?? {};
  az.set(command, answer);
  return () => az.set(command, before);
}

function insightsTell({ insights, swappedAtS }: MhpScene, other: Parameters<typeof telemetry>[1]): Undo {
  const before = insights.telemetry;
  insights.telemetry = () => telemetry(swappedAtS(), other);
  return () => {
    insights.telemetry = before;
  };
}
