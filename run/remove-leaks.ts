import { rmSync } from 'node:fs';
import type { Fault } from '../contract/evidence/evidence.ts';
import { keptIdentities } from '../safety/identities.ts';
import { secretValuesOf } from '../safety/process-secrets.ts';
import { scanFiles } from '../safety/scan-files.ts';
import { secretsOfEnvironment } from '../safety/secret-values.ts';
import { isOurs } from '../host/report-files.ts';
import type { PreparedRun } from './run-prepare.ts';

/**
 * The last look before anything is published: removes every file of ours in the report directory that holds the
 * value of a secret, archives included, and names those of others. The redactor should have left none, so each one is a fault.
 */
export function removeLeaks(run: Pick<PreparedRun, 'files' | 'plan' | 'request'>): readonly Fault[] {
  const { env } = run.request;
  const kept = [...keptIdentities()].map((one) => one.toLowerCase());
  // What a name of the target holds stands in every report, and was named as a warning.
  const values = [...secretValuesOf(run.plan, env), ...secretsOfEnvironment(env)].filter(
    (value) => !kept.some((one) => one.includes(value.toLowerCase())),
  );
  return scanFiles(run.files.directory, values).map(({ file, where }) => {
    if (!isOurs(run.files, file)) {
      return {
        kind: 'other' as const,
        message: `${where} holds the value of a secret; no run wrote it, so it was left: remove it before anybody publishes ${run.files.directory}`,
      };
    }
    rmSync(file, { force: true });
    return { kind: 'other' as const, message: `${where} held the value of a secret and was removed` };
  });
}
