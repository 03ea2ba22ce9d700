import type { LoadProfile } from '../../contract/load/load-profile.ts';
import type { MetricSource } from '../../contract/slo/metric-source.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { RecordsSource } from '../../contract/plan/target.ts';
import type { OptionalPackage } from '../../host/optional-packages.ts';

/** Parts besides packages of npm that only some plans need. */
export type PlannedProgram = 'browser' | 'k6';

type Need = (plan: Plan) => string | undefined;

const withK6: Need = ({ load }) => {
  const asks = ({ engine, optional }: Pick<LoadProfile, 'engine' | 'optional'>): boolean =>
    engine === 'k6' && !optional;
  const profile = load.profiles.find(asks);
  if (profile !== undefined) return `load profile ${profile.id}`;
  const comparison = load.comparisons.find(asks);
  return comparison && `load comparison ${comparison.id}`;
};
const withImap: Need = ({ target }) =>
  target.mailbox?.adapter === 'imap' ? "target.mailbox with adapter 'imap'" : undefined;
function withRecords(
  { records, old }: Plan['target'],
  adapter: RecordsSource['adapter'],
): string | undefined {
  return [records, old?.records].some((source) => source?.adapter === adapter)
    ? `records with adapter '${adapter}'`
    : undefined;
}
/** The first source of metrics that is so, in words of the plan. */
const metricsFrom = (
  { slo, metrics }: Plan,
  so: (source: MetricSource) => boolean,
  words: string,
): string | undefined => {
  if (slo !== undefined && so(slo.source)) return `slo.source ${words}`;
  const [name] = Object.entries(metrics?.sources ?? {}).find(([, source]) => so(source)) ?? [];
  return name === undefined ? undefined : `metrics.sources.${name} ${words}`;
};
function withProbe(...kinds: readonly Probe['kind'][]): Need {
  return ({ probes }) => {
    const probe = probes.find(({ kind }) => kinds.includes(kind));
    return probe && `probe ${probe.id}`;
  };
}
/** No plan asks for it: a command or a setting does, and says so itself. */
const never: Need = () => undefined;

/** Where a plan asks for each package, in words of the plan; undefined where it does not. */
export const NEEDED_BY_PLAN: Readonly<Record<OptionalPackage | PlannedProgram, Need>> = {
  stripe: ({ target }) =>
    target.payments?.adapter === 'stripe' ? "target.payments with adapter 'stripe'" : undefined,
  imapflow: withImap,
  'postal-mime': withImap,
  'smtp-server': never,
  nodemailer: ({ notify }) => {
    const [name] = Object.entries(notify?.channels ?? {}).find(([, one]) => one.adapter === 'smtp') ?? [];
    return name === undefined ? undefined : `notify.channels.${name} with adapter 'smtp'`;
  },
  ioredis: ({ data, probes, lease }) => {
    if (data.redis.length > 0) return 'data.redis';
    if (lease.adapter === 'redis') return "lease with adapter 'redis'";
    const queue = probes.find((one) => one.kind === 'queue' && one.source.adapter === 'bullmq');
    return queue && `probe ${queue.id}`;
  },
  mysql2: ({ data, target }) => {
    if (data.oldMysql !== undefined) return 'data.oldMysql';
    const asked = Object.entries(target.databases ?? {}).find(
      // Of an address that only the environment knows, its own error tells.
      ([, address]) => typeof address === 'string' && /^(?:mysql|mariadb):/.test(address),
    );
    return asked === undefined ? withRecords(target, 'mysql') : `target.databases.${asked[0]}`;
  },
  '@aws-sdk/client-cloudwatch': (plan) =>
    metricsFrom(plan, ({ adapter }) => adapter === 'cloudwatch', "with adapter 'cloudwatch'"),
  '@azure/identity': (plan) =>
    metricsFrom(
      plan,
      (source) => source.adapter === 'azure-logs' && source.token === undefined,
      "with adapter 'azure-logs' and no token",
    ),
  '@aws-sdk/client-dynamodb': ({ target }) => withRecords(target, 'dynamodb'),
  '@aws-sdk/client-s3': ({ probes }) => {
    const backup = probes.find((one) => one.kind === 'backup' && one.source.adapter === 's3');
    return backup && `probe ${backup.id}`;
  },
  '@aws-sdk/client-codedeploy': never,
  '@modelcontextprotocol/sdk': withProbe('mcp'),
  lighthouse: withProbe('lighthouse'),
  esbuild: withK6,
  // One of several ways to a browser: the part "browser" judges all of them.
  '@sparticuz/chromium': never,
  'allure-playwright': never,
  'allure-commandline': never,
  k6: withK6,
  browser: (plan) => {
    const flow = plan.flows.find(({ steps }) => steps.some(({ kind }) => kind === 'page'));
    return flow === undefined ? withProbe('bundle', 'lighthouse')(plan) : `page steps of flow ${flow.id}`;
  },
};
