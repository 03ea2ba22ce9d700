import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Phase } from '../../contract/evidence/outcome.ts';
import type { KeptStatement } from '../../contract/verdict/kept-statement.ts';
import { createClosers } from '../../demo/closers.ts';
import { startPostgres } from '../../demo/parts/postgres.ts';
import { createPaymentGateway } from '../../demo/shop/payment-gateway.ts';
import { createStandIn } from '../../demo/stripe-stand-in/server.ts';
import { keepStatement } from '../../run/people/statements-file.ts';
import { keptLine } from '../../signing/kept-statement.ts';
import { type Application, startApplication, startPlainDoor } from '../system/application.ts';
import { createAuthority } from '../system/certificates.ts';
import type { Scene, SceneOptions } from '../system/example.ts';
import { openPool } from '../system/pool.ts';
import { type MonitoringStack, startMonitoring } from '../system/prometheus.ts';
import { runSql } from '../system/run-sql.ts';
import { systemState } from '../system/state.ts';
import { startThirdParties, type ThirdParties } from '../system/third-parties.ts';
import { HEALTHY, PAST_S, SAMIA_RULES, samiaSeries } from './metrics.ts';
import { CUTOVER_MIGRATION, MIGRATIONS, SEED } from './migrations.ts';
import {
  type Backups,
  createBackups,
  createRepository,
  type RepositoryStandIn,
} from './repository-stand-in.ts';
import { type Inside, LIMIT, LIMITED, samiaRoutes, soundInside, TOKENS } from './routes.ts';

const HOST = 'localhost';
const TAG = 'v1.0.0';
const OLD = { version: 'v0.9.0', commit: '7ac01b3' };

/** Paths of the third parties, so that faults can name them. */
export const THIRD_PARTY = {
  dashboards: '/api/search',
  protection: '/repos/samia-tarot/platform/branches/main/protection',
  status: '/api/v2/status.json',
} as const;

/** Names of the back-ups. */
export const BACKUP = {
  gates: 'pre_cutover_backup_20261120_180000.sql',
  final: 'final_pre_cutover_20261120_200000.sql',
} as const;

/** Staging and production of Samia Tarot, and everything around them. */
export interface SamiaScene extends Scene {
  readonly staging: Application;
  readonly production: Application;
  readonly inside: { readonly staging: Inside; readonly production: Inside };
  readonly databases: { readonly staging: string; readonly production: string };
  readonly monitoring: MonitoringStack;
  readonly thirdParties: ThirdParties;
  readonly repository: RepositoryStandIn;
  readonly backups: Backups;
  /** Keeps another word of somebody, as `greenlight attest` does. */
  readonly say: (id: string, role: string, decision: 'attested' | 'refused') => Promise<void>;
}

const HEADERS = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

/**
 * Samia Tarot here: real PostgreSQL with its policies, dumps and restores, real Prometheus, git, TLS by a CA of our own;
 * stand-ins of the application, of Stripe, of `migrate.py` and of the third parties.
 */
export async function startScene({ directory, signal }: SceneOptions): Promise<SamiaScene> {
  const closers = createClosers();
  try {
    await mkdir(directory, { recursive: true });
    const [postgres, authority, repository] = await Promise.all([
      // Not that of npm: pg_dump, which npm has not, refuses a server that is newer than itself.
      startPostgres({ directory, name: 'postgres', signal, source: 'installed' }),
      createAuthority(path.join(directory, 'ca')),
      createRepository(directory, TAG),
    ]);
    closers.add(() => postgres.stop());
    const of = (name: string): string => postgres.url.replace(/\/[^/]*$/, `/${name}`);
    const databases = {
      production: of('shop'),
      staging: of('staging'),
      clone: of('clone'),
      scratch: of('scratch'),
    };
    const before = Object.entries(MIGRATIONS).filter(([name]) => name !== CUTOVER_MIGRATION);
    await runSql(databases.production, `${before.map(([, text]) => text).join('')}${SEED}`);
    await runSql(postgres.adminUrl, 'create database staging template shop');
    await runSql(postgres.adminUrl, 'create database clone template shop');
    await runSql(postgres.adminUrl, 'create database scratch');
    const [tls, backups] = await Promise.all([
      authority.issue(HOST),
      createBackups(path.join(directory, 'backups'), databases.production),
      repository.migrate(databases.staging),
    ]);
    await backups.dump(BACKUP.gates);

    const stripeKey = `sk_test_${randomBytes(16).toString('hex')}`;
    const stripe = createStandIn(stripeKey, { retryDelaysMs: [], timeoutMs: 1000 });
    await new Promise<void>((resolve) => stripe.server.listen(0, '127.0.0.1', resolve));
    const stripeUrl = `http://127.0.0.1:${(stripe.server.address() as AddressInfo).port}`;
    closers.add(async () => {
      stripe.close();
      stripe.server.closeAllConnections();
      await new Promise((resolve) => stripe.server.close(resolve));
    });
    const gateway = createPaymentGateway(
      { apiBase: stripeUrl, secretKey: stripeKey, webhookSecret: 'whsec_stand_in' },
      'samia-tarot',
    );

    const start = async (environment: 'staging' | 'production', release: typeof OLD, inside: Inside) => {
      const pool = openPool(databases[environment]);
      const application = await startApplication({
        routes: samiaRoutes(pool, gateway, inside),
        state: systemState({
          release: { ...release },
          environment,
          headers: { ...HEADERS },
          limits: new Map([[LIMITED, LIMIT]]),
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
    const inside = { staging: soundInside(), production: soundInside() };
    const newRelease = { version: TAG, commit: repository.commit };
    const staging = await start('staging', newRelease, inside.staging);
    const production = await start('production', OLD, inside.production);
    const plainDoor = await startPlainDoor(staging.url);
    closers.add(() => plainDoor.close());
    const thirdParties = await startThirdParties({
      [THIRD_PARTY.dashboards]: ['Latency', 'Traffic', 'Errors', 'Saturation'].map((title) => ({ title })),
      [THIRD_PARTY.protection]: { lock_branch: { enabled: true }, enforce_admins: { enabled: true } },
      [THIRD_PARTY.status]: { status: { indicator: 'none', description: 'All systems operational' } },
    });
    closers.add(() => thirdParties.close());
    const monitoring = await startMonitoring({
      directory: path.join(directory, 'monitoring'),
      series: samiaSeries(HEALTHY),
      rules: SAMIA_RULES,
      job: 'samia',
      pastS: PAST_S,
      signal,
    });
    closers.add(() => monitoring.close());

    let phase: Phase = 'preflight';
    const statements = path.join(directory, 'statements.jsonl');
    return {
      staging,
      production,
      inside,
      databases,
      monitoring,
      thirdParties,
      repository,
      backups,
      statements,
      say: async (id, role, decision) => {
        const statement: KeptStatement = {
          id,
          decision,
          role,
          name: `stand-in of the ${role}`,
          at: new Date().toISOString(),
          comment: 'made by npm run examples',
          seen: [],
          target: 'samia-tarot',
          release: { id: TAG, commit: repository.commit },
          run: null,
        };
        await keepStatement(statements, keptLine(statement, undefined));
      },
      env: () => ({
        SAMIA_URL: (phase === 'preflight' ? staging : production).url,
        SAMIA_STAGING_URL: staging.url,
        SAMIA_HTTP_URL: plainDoor.url,
        SAMIA_RELEASE: TAG,
        SAMIA_REPOSITORY: repository.directory,
        SAMIA_BACKUPS: backups.folder,
        SAMIA_BACKUP_BYTES: '1000',
        SAMIA_STATEMENTS: statements,
        SAMIA_DATABASE_URL: withPassword(phase === 'preflight' ? databases.staging : databases.production),
        SAMIA_PRODUCTION_DATABASE_URL: withPassword(databases.production),
        SAMIA_CLONE_DATABASE_URL: withPassword(databases.clone),
        SAMIA_SCRATCH_DATABASE_URL: withPassword(databases.scratch),
        SAMIA_CUSTOMER_AUTHORIZATION: `Bearer ${TOKENS.customer}`,
        SAMIA_OTHER_AUTHORIZATION: `Bearer ${TOKENS.other}`,
        SAMIA_ADMIN_AUTHORIZATION: `Bearer ${TOKENS.admin}`,
        SAMIA_STRIPE_TEST_KEY: stripeKey,
        SAMIA_STRIPE_URL: stripeUrl,
        SAMIA_GITHUB_AUTHORIZATION: 'Bearer stand-in-token-of-github',
        GITHUB_API_URL: thirdParties.url,
        GRAFANA_URL: thirdParties.url,
        STATUS_PAGE_URL: thirdParties.url,
        PROMETHEUS_URL: monitoring.url(),
        NODE_EXTRA_CA_CERTS: authority.file,
        PATH: `${repository.bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
      }),
      wanted: () => ({ release: TAG, commit: repository.commit }),
      // What the runbook says: the final back-up, the migration, the new release. In this document nothing is rolled back.
      enter: async (next) => {
        phase = next;
        if (next !== 'cutover') return;
        await backups.dump(BACKUP.final);
        await repository.migrate(databases.production);
        production.state.release = { ...newRelease };
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
