import type { Application } from '../system/application.ts';
import type { SceneFault, Undo } from '../system/example.ts';
import type { Instead } from '../system/state.ts';
import { runSql } from './database.ts';
import { HEALTHY, ILS_RULES, ilsSeries, type Load } from './metrics.ts';
import { HOST, type IlsScene } from './scene.ts';
import { logSum, THIRD_PARTY } from './third-party-documents.ts';

/** Faults of the ILS cut-over, in the order of the night. */
export const ILS_FAULTS: readonly SceneFault<IlsScene>[] = [
  {
    id: 'certificate-ends-soon',
    title: 'the certificate of production ends in three days',
    phase: 'preflight',
    check: 'certificate-is-good',
    plant: async ({ production, authority }) => {
      production.showCertificate(await authority.issue(HOST, 3));
      return async () => production.showCertificate(await authority.issue(HOST));
    },
  },
  {
    id: 'dns-leads-elsewhere',
    title: 'a name server still gives the old address',
    phase: 'preflight',
    check: 'dns-has-propagated',
    plant: ({ nameServer: { zone } }) => {
      const before = zone.addresses;
      zone.addresses = ['198.51.100.4'];
      return () => {
        zone.addresses = before;
      };
    },
  },
  {
    id: 'no-rate-limit',
    title: 'searches are not limited',
    phase: 'preflight',
    check: 'rate-is-limited',
    plant: ({ production: { state } }) => {
      const before = state.limits.get('/api/search');
      state.limits.delete('/api/search');
      return () => {
        if (before !== undefined) state.limits.set('/api/search', before);
      };
    },
  },
  {
    id: 'no-hsts',
    title: 'production lost its strict-transport-security header',
    phase: 'preflight',
    check: 'security-headers-are-sent',
    plant: ({ production: { state } }) => {
      const { 'strict-transport-security': hsts = '' } = state.headers;
      delete state.headers['strict-transport-security'];
      return () => {
        state.headers['strict-transport-security'] = hsts;
      };
    },
  },
  {
    id: 'http-answers',
    title: 'http does not lead to https',
    phase: 'preflight',
    check: 'security-headers-are-sent',
    plant: ({ plainDoor }) => {
      plainDoor.redirects = false;
      return () => {
        plainDoor.redirects = true;
      };
    },
  },
  {
    id: 'redis-down-on-staging',
    title: 'staging has lost Redis',
    phase: 'preflight',
    check: 'staging-is-healthy',
    plant: ({ staging: { state } }) => {
      state.services['cache'] = 'down';
      return () => {
        state.services['cache'] = 'ok';
      };
    },
  },
  {
    id: 'flag-off',
    title: 'the flag of the new reports is off',
    phase: 'preflight',
    check: 'feature-flags-are-as-planned',
    plant: ({ staging }) =>
      answers(staging, 'GET /api/flags', {
        status: 200,
        body: '{"newReports":false,"legacyImport":false}',
        headers: { 'content-type': 'application/json' },
      }),
  },
  {
    id: 'variable-missing',
    title: 'the deployment has no SENTRY_DSN',
    phase: 'preflight',
    check: 'production-variables-are-set',
    plant: ({ cluster }) => {
      const spec = cluster.objects.deployments[0]?.['spec'] as {
        template: { spec: { containers: { env: { name: string }[] }[] } };
      };
      const [container] = spec.template.spec.containers;
      const before = container?.env ?? [];
      if (container !== undefined) container.env = before.filter(({ name }) => name !== 'SENTRY_DSN');
      return () => {
        if (container !== undefined) container.env = before;
      };
    },
  },
  {
    id: 'migration-pending',
    title: 'one migration was not applied on staging',
    phase: 'preflight',
    check: 'migrations-are-applied-on-staging',
    plant: async ({ repository }) => {
      await repository.setMigrations({ pending: ['0013_reports'], applied: 12 });
      return () => repository.setMigrations({ pending: [], applied: 12 });
    },
  },
  {
    id: 'merged-after-freeze',
    title: 'something was merged after the tag',
    phase: 'preflight',
    check: 'code-is-frozen',
    plant: async ({ repository }) => {
      await repository.commitAfterTag();
      return () => repository.removeLastCommit();
    },
  },
  {
    id: 'dashboard-missing',
    title: 'Grafana has no dashboard of the database',
    phase: 'preflight',
    check: 'grafana-has-its-dashboards',
    plant: (scene) =>
      thirdPartySays(scene, THIRD_PARTY.dashboards, [
        { title: 'ILS application' },
        { title: 'ILS infrastructure' },
      ]),
  },
  {
    id: 'laboratory-down',
    title: 'the laboratory is out of order, and ILS is degraded',
    phase: 'preflight',
    verdict: 'INCONCLUSIVE',
    check: 'dependencies-are-healthy',
    plant: laboratoryDown,
  },
  {
    id: 'backup-is-old',
    title: 'the newest backup is of the day before yesterday',
    phase: 'preflight',
    check: 'backup-is-fresh',
    plant: async ({ backups }) => {
      await backups.setNewest(false);
      return () => backups.setNewest(true);
    },
  },
  {
    id: 'backup-is-broken',
    title: 'half of the newest backup was overwritten with nothing',
    phase: 'preflight',
    check: 'backup-can-be-restored',
    plant: async ({ backups }) => {
      await backups.setBroken(true);
      return () => backups.setBroken(false);
    },
  },
  {
    id: 'rollout-stuck',
    title: 'the new pods do not become ready',
    phase: 'cutover',
    check: 'rollout-is-complete',
    plant: ({ cluster }) => {
      const deployment = cluster.objects.deployments[0] ?? {};
      const before = deployment['status'] as Record<string, unknown>;
      deployment['status'] = { ...before, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 };
      return () => {
        deployment['status'] = before;
      };
    },
  },
  {
    id: 'errors-in-logs',
    title: 'the new pods log errors',
    phase: 'cutover',
    check: 'pod-logs-have-no-errors',
    plant: (scene) =>
      thirdPartySays(scene, THIRD_PARTY.logLines, {
        status: 'success',
        data: { resultType: 'streams', result: [{ stream: { level: 'error' }, values: [['1', '{}']] }] },
      }),
  },
  {
    id: 'order-refused',
    title: 'orders are refused with 500',
    phase: 'post-cutover',
    check: 'clinic-day-works',
    step: 'order-can-be-created',
    plant: ({ production }) => answers(production, 'POST /api/orders', { status: 500 }),
  },
  {
    id: 'login-broken',
    title: 'nobody can log in',
    phase: 'post-cutover',
    check: 'clinic-day-works',
    step: 'login-works',
    plant: ({ production }) => answers(production, 'POST /api/sessions', { status: 500 }),
  },
  {
    id: 'admin-open',
    title: 'the users are shown to everybody',
    phase: 'post-cutover',
    check: 'admin-functions-work',
    plant: ({ production }) =>
      answers(production, 'GET /api/admin/users', {
        status: 200,
        body: '{"users":[{"email":"a@b.example"}]}',
        headers: { 'content-type': 'application/json' },
      }),
  },
  {
    id: 'new-sentry-issue',
    title: 'Sentry has a new issue',
    phase: 'post-cutover',
    check: 'no-new-errors',
    plant: (scene) => thirdPartySays(scene, THIRD_PARTY.sentryIssues, [{ id: '1', title: 'TypeError' }]),
  },
  {
    id: 'patients-lost',
    title: 'seven patients of the backup are gone',
    phase: 'post-cutover',
    check: 'patients-are-kept',
    plant: async ({ databases }) => {
      await runSql(
        databases.production,
        'create table kept as select * from patients where id <= 7; delete from patients where id <= 7',
      );
      return () =>
        runSql(
          databases.production,
          'insert into patients overriding system value select * from kept; drop table kept',
        );
    },
  },
  {
    id: 'errors-above-5-percent',
    title: '8 % of the requests fail',
    phase: 'post-cutover',
    check: 'errors-are-few',
    plant: (scene) => metricsSay(scene, { errorShare: 0.08 }),
  },
  {
    id: 'slow-queries',
    title: 'a tenth of the queries take longer than 100 ms',
    phase: 'post-cutover',
    check: 'queries-are-fast',
    plant: (scene) => metricsSay(scene, { fastQueries: 0.9 }),
  },
  {
    id: 'latency-above-2s',
    title: 'a tenth of the requests take longer than 2 s',
    phase: 'watch',
    check: 'answers-are-fast',
    plant: (scene) => metricsSay(scene, { fast: { '0.1': 0.6, '0.5': 0.8, '1.0': 0.85, '2.0': 0.9 } }),
  },
  {
    id: 'nobody-there',
    title: 'no user is active',
    phase: 'watch',
    check: 'users-are-active',
    plant: (scene) => metricsSay(scene, { users: 0 }),
  },
  {
    id: 'alert-rule-gone',
    title: 'Prometheus has no alert for errors',
    phase: 'watch',
    check: 'alert-rules-are-loaded',
    plant: async ({ monitoring }) => {
      const [group] = ILS_RULES.groups;
      await monitoring.replace(ilsSeries(HEALTHY), {
        groups: [{ name: 'ils', rules: group?.rules.slice(1) ?? [] }],
      });
      return () => monitoring.replace(ilsSeries(HEALTHY));
    },
  },
  {
    id: 'memory-leak',
    title: 'memory grows by 40 % of its limit an hour',
    phase: 'watch',
    check: 'memory-does-not-grow',
    plant: (scene) => metricsSay(scene, { leak: 0.4 }),
  },
  {
    id: 'connections-used-up',
    title: '96 % of the connections are used',
    phase: 'watch',
    check: 'connections-are-free',
    plant: (scene) => metricsSay(scene, { connections: 0.96 }),
  },
  {
    id: 'pod-restarts',
    title: 'a pod was started again, four times',
    phase: 'watch',
    check: 'pods-do-not-restart',
    plant: ({ cluster }) => {
      const status = cluster.objects.pods[1]?.['status'] as { containerStatuses: { restartCount: number }[] };
      const [container] = status.containerStatuses;
      if (container !== undefined) container.restartCount = 4;
      return () => {
        if (container !== undefined) container.restartCount = 0;
      };
    },
  },
  {
    id: 'many-slow-queries',
    title: '42 queries took longer than a second',
    phase: 'watch',
    check: 'slow-queries-are-few',
    plant: (scene) => thirdPartySays(scene, THIRD_PARTY.logSum, logSum(42)),
  },
  {
    // Rolling back would help nobody: the release is as good as the one before.
    id: 'laboratory-down-later',
    title: 'the laboratory is out of order, and ILS is degraded',
    phase: 'watch',
    verdict: 'INCONCLUSIVE',
    check: 'dependencies-are-healthy',
    plant: laboratoryDown,
  },
  {
    id: 'orders-of-another-patient',
    title: 'two orders of the backup are those of another patient',
    phase: 'post-cutover',
    check: 'orders-are-kept',
    plant: async ({ databases }) => {
      const move = (mrn: string): string => `update orders set patient_mrn = '${mrn}' where id in (301, 601)`;
      await runSql(databases.production, move('P1'));
      return () => runSql(databases.production, move('P2'));
    },
  },
  {
    id: 'restore-lost-orders',
    title: 'after the restore, orders of the backup are missing',
    phase: 'rollback',
    check: 'orders-are-kept',
    plant: async ({ databases }) => {
      await runSql(
        databases.production,
        'create table kept as select * from orders where id <= 20; delete from orders where id <= 20',
      );
      return () =>
        runSql(
          databases.production,
          'insert into orders overriding system value select * from kept; drop table kept',
        );
    },
  },
  {
    id: 'undo-did-not-take',
    title: 'after the roll-back, production still runs the new release',
    phase: 'rollback',
    check: 'wanted-release-runs',
    plant: ({ production: { state }, wanted }) => {
      const before = state.release;
      const { release, commit } = wanted('post-cutover');
      state.release = { version: release, commit };
      return () => {
        state.release = before;
      };
    },
  },
];

function answers({ state }: Application, place: string, instead: Instead): Undo {
  state.instead.set(place, instead);
  return () => void state.instead.delete(place);
}

function laboratoryDown(scene: IlsScene): Undo {
  const [told, staging, production] = [
    thirdPartySays(scene, THIRD_PARTY.laboratory, { status: { indicator: 'major' } }),
    scene.staging.state.services,
    scene.production.state.services,
  ];
  for (const services of [staging, production]) services['laboratory'] = 'down';
  return () => {
    for (const services of [staging, production]) services['laboratory'] = 'ok';
    return told();
  };
}

function thirdPartySays({ thirdParties }: IlsScene, path: string, document: unknown): Undo {
  const before = thirdParties.documents.get(path);
  thirdParties.documents.set(path, document);
  return () => void thirdParties.documents.set(path, before);
}

async function metricsSay({ monitoring }: IlsScene, other: Partial<Load>): Promise<Undo> {
  await monitoring.replace(ilsSeries({ ...HEALTHY, ...other }));
  return () => monitoring.replace(ilsSeries(HEALTHY));
}
