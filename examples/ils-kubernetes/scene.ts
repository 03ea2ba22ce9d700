import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Phase } from '../../contract/evidence/outcome.ts';
import { createClosers } from '../../demo/closers.ts';
import { startPostgres } from '../../demo/parts/postgres.ts';
import { type Application, type PlainDoor, startApplication, startPlainDoor } from '../system/application.ts';
import { type Authority, createAuthority } from '../system/certificates.ts';
import type { Scene, SceneOptions } from '../system/example.ts';
import { type NameServer, startNameServer } from '../system/name-server.ts';
import { type KubernetesApi, startKubernetesApi } from '../system/kubernetes-api.ts';
import { openPool } from '../system/pool.ts';
import { type MonitoringStack, startMonitoring } from '../system/prometheus.ts';
import { systemState } from '../system/state.ts';
import { postgresStore } from '../system/store.ts';
import { startThirdParties, type ThirdParties } from '../system/third-parties.ts';
import { type Backups, makeBackups } from './backups.ts';
import { clusterObjects } from './cluster-objects.ts';
import { createDatabases, type IlsDatabases, runSql, TRAFFIC } from './database.ts';
import { HEALTHY, ILS_RULES, ilsSeries } from './metrics.ts';
import { createRepository, type RepositoryStandIn } from './repository-stand-in.ts';
import { ilsRoutes, PASSWORDS } from './routes.ts';
import { THIRD_PARTY_DOCUMENTS } from './third-party-documents.ts';

const run = promisify(execFile);

export const HOST = 'localhost';
const TAG = 'v1.0.0';
const NAME = 'ils.example.com';
/** Of the cluster, as the zone names it; nothing listens there. */
const ADDRESS = '203.0.113.10';
const SWITCHED_AGO_MS = 10 * 60_000;
const OLD_TAG = 'v0.9.0';
const OLD_COMMIT = '4c1de22';

/** Staging and production of ILS, and everything around them. */
export interface IlsScene extends Scene {
  readonly staging: Application;
  readonly production: Application;
  readonly plainDoor: PlainDoor;
  readonly authority: Authority;
  readonly cluster: KubernetesApi;
  readonly nameServer: NameServer;
  readonly monitoring: MonitoringStack;
  readonly thirdParties: ThirdParties;
  readonly databases: IlsDatabases;
  readonly repository: RepositoryStandIn;
  readonly backups: Backups;
}

const HEADERS = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
};

/**
 * ILS here: real PostgreSQL and Prometheus, TLS by a CA of our own, a real git repository; stand-ins of the application,
 * of the API server of Kubernetes (which the real kubectl talks to) and of the third parties.
 */
export async function startScene({ directory, signal }: SceneOptions): Promise<IlsScene> {
  const closers = createClosers();
  try {
    await mkdir(directory, { recursive: true });
    const [postgres, authority] = await Promise.all([
      // The one that is installed: its pg_dump and pg_restore are there, and of its version.
      startPostgres({ directory, name: 'postgres', source: 'installed', signal }),
      createAuthority(path.join(directory, 'ca')),
    ]);
    closers.add(() => postgres.stop());
    const [databases, tls, repository] = await Promise.all([
      createDatabases(postgres),
      authority.issue(HOST),
      createRepository(path.join(directory, 'repository'), authority.file, TAG),
    ]);
    const start = async (environment: string, database: string, version: string, commit: string) => {
      const pool = openPool(database);
      const application = await startApplication({
        routes: ilsRoutes(postgresStore(pool)),
        state: systemState({
          release: { version, commit },
          environment,
          services: { database: 'ok', cache: 'ok', laboratory: 'ok' },
          headers: { ...HEADERS },
        }),
        tls,
        host: HOST,
      });
      closers.add(async () => {
        await application.close();
        await pool.end();
      });
      return application;
    };
    const staging = await start('staging', databases.staging, TAG, repository.commit);
    const production = await start('production', databases.production, OLD_TAG, OLD_COMMIT);
    production.state.limits.set('/api/search', { requests: 10, seconds: 2 });
    const plainDoor = await startPlainDoor(production.url);
    closers.add(() => plainDoor.close());
    const cluster = await startKubernetesApi(clusterObjects(imageOf(OLD_TAG)));
    closers.add(() => cluster.close());
    const nameServer = await startNameServer({ name: NAME, addresses: [ADDRESS], ttlS: 300 });
    closers.add(() => nameServer.close());
    const thirdParties = await startThirdParties(THIRD_PARTY_DOCUMENTS);
    closers.add(() => thirdParties.close());
    const monitoring = await startMonitoring({
      directory: path.join(directory, 'monitoring'),
      series: ilsSeries(HEALTHY),
      rules: ILS_RULES,
      signal,
    });
    closers.add(() => monitoring.close());

    const kubeconfig = path.join(directory, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig);
    const kubectl = (...args: string[]) =>
      run('kubectl', args, { env: { ...process.env, KUBECONFIG: kubeconfig } });
    cluster.onRollout = (image) => {
      const version = image.split(':').at(-1) ?? '';
      production.state.release = { version, commit: version === TAG ? repository.commit : OLD_COMMIT };
    };
    const backupAt = new Date().toISOString();
    const backups = await makeBackups(repository.directory, databases.production);

    let phase: Phase = 'preflight';
    const before = (): boolean => phase === 'preflight';
    return {
      staging,
      production,
      plainDoor,
      authority,
      cluster,
      nameServer,
      statements: path.join(directory, 'statements.jsonl'),
      monitoring,
      thirdParties,
      databases,
      repository,
      backups,
      env: () => ({
        ILS_URL: (before() ? staging : production).url,
        ILS_PRODUCTION_URL: production.url,
        ILS_HTTP_URL: plainDoor.url,
        ILS_RELEASE: TAG,
        ILS_BRANCH: 'main',
        ILS_REPOSITORY: repository.directory,
        ILS_WINDOW: 'any',
        ILS_NAME: NAME,
        ILS_ADDRESSES: ADDRESS,
        ILS_NAME_SERVER: nameServer.authority,
        ILS_RESOLVER: nameServer.resolver,
        ILS_STATEMENTS: path.join(directory, 'statements.jsonl'),
        ILS_ROLLOUT_TIMEOUT: '5s',
        ILS_BACKUP_AT: backupAt,
        ILS_DATABASE_URL: withPassword(before() ? databases.staging : databases.production),
        ILS_RESTORED_BACKUP_URL: withPassword(databases.restored),
        ILS_PRODUCTION_DATABASE_URL: withPassword(databases.production),
        ILS_SCRATCH_DATABASE_URL: withPassword(databases.scratch),
        // A past that is made up, as that of Prometheus is.
        ...(before() ? {} : { ILS_SWITCHED_AT: new Date(Date.now() - SWITCHED_AGO_MS).toISOString() }),
        ILS_SMOKE_PASSWORD: PASSWORDS.smoke,
        ILS_ADMIN_PASSWORD: PASSWORDS.admin,
        KUBECONFIG: kubeconfig,
        SENTRY_URL: thirdParties.url,
        SENTRY_AUTHORIZATION: 'Bearer stand-in-token',
        GRAFANA_URL: thirdParties.url,
        LOKI_URL: thirdParties.url,
        LABORATORY_STATUS_URL: thirdParties.url,
        PROMETHEUS_URL: monitoring.url(),
        NODE_EXTRA_CA_CERTS: authority.file,
      }),
      wanted: (of) =>
        of === 'rollback'
          ? { release: OLD_TAG, commit: OLD_COMMIT }
          : { release: TAG, commit: repository.commit },
      // The real kubectl does what the workflow does.
      enter: async (next) => {
        phase = next;
        if (next === 'cutover') await runSql(databases.production, TRAFFIC);
        if (next === 'cutover')
          await kubectl(
            'set',
            'image',
            'deployment/ils-app',
            `ils-app=${imageOf(TAG)}`,
            '-n',
            'ils-production',
          );
        if (next === 'rollback')
          await kubectl('rollout', 'undo', 'deployment/ils-app', '-n', 'ils-production');
        if (next === 'cutover' || next === 'rollback')
          await kubectl('rollout', 'status', 'deployment/ils-app', '-n', 'ils-production', '--timeout=30s');
      },
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** The server trusts everybody here; a plan for production has a password, which must not be shown. */
const withPassword = (url: string): string => url.replace('://app@', '://app:stand-in-password@');

const imageOf = (tag: string): string => `registry.ils.example.com/ils-app:${tag}`;
