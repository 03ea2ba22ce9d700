import { startCluster, type TestCluster } from '../postgres-cluster.ts';

const SETTINGS = [
  'shared_buffers=2GB',
  'maintenance_work_mem=512MB',
  'max_wal_size=8GB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum=off',
];

/**
 * Runs something on two fresh servers with a database `bench` each, and removes both, and what else is to be tidied,
 * whatever happens: an error, Ctrl-C or a request to end.
 */
export async function onTwoClusters(
  work: (clusters: readonly [TestCluster, TestCluster]) => Promise<void>,
  tidy: () => Promise<void>,
): Promise<void> {
  const starting: Promise<TestCluster>[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopped ??= Promise.allSettled(starting).then(async (clusters) => {
      const running = clusters.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
      await Promise.all([...running.map((cluster) => cluster.stop()), tidy()]);
    }));
  const interrupted = (signal: NodeJS.Signals): void => {
    console.error(`\n${signal}: stopping the servers and removing their files`);
    void stop().then(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    starting.push(startCluster('newest', SETTINGS), startCluster('newest', SETTINGS));
    const [old, next] = await Promise.all(starting);
    if (old === undefined || next === undefined) throw new Error('two servers were to start');
    await Promise.all([old.database('bench'), next.database('bench')]);
    await work([old, next]);
  } catch (error) {
    // The queries that a stopped server breaks off are not what went wrong.
    if (stopped === undefined) throw error;
  } finally {
    await stop();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
}
