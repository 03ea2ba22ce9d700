import { afterAll, beforeAll, describe, test } from 'vitest';
import { LONG } from './long.ts';
import { type ClusterVersion, hasVersion, startCluster, type TestCluster } from './postgres-cluster.ts';

/** A cluster that starts before the first test of a block; asked for within tests and hooks only. */
export type StartedCluster = () => TestCluster;

/**
 * Describes the same for each version of PostgreSQL that is installed here, each with a cluster of its own. A version that
 * is not here is a skipped test, which counts as one.
 */
export async function describeEachPostgres(
  what: string,
  body: (cluster: StartedCluster, version: ClusterVersion) => void,
): Promise<void> {
  for (const version of ['newest', 'debian'] as const) {
    const here = await hasVersion(version);
    describe(`${what}, on ${version}`, () => {
      if (version !== 'newest' && !LONG) return test.skip('only when everything runs', () => undefined);
      if (!here) return test.skip('this version is not installed here', () => undefined);
      let started: TestCluster | undefined;
      beforeAll(async () => {
        started = await startCluster(version);
      }, 60_000);
      afterAll(async () => started?.stop());
      return body(() => {
        if (started === undefined) throw new Error('the cluster starts before the first test, not earlier');
        return started;
      }, version);
    });
  }
}
