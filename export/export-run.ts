import path from 'node:path';
import { exposition } from '../contract/export/exposition.ts';
import type { ExportPlan } from '../contract/export/export-plan.ts';
import type { RunRecord } from '../contract/history/run-record.ts';
import { readHeaders } from '../contract/plan/headers.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { basicAddress } from '../host/basic-address.ts';
import type { Post } from '../host/post.ts';
import { fileNameOf } from '../host/state-file.ts';
import { resolveSecret } from '../safety/secrets.ts';

export interface ExportTools {
  readonly to: ExportPlan;
  /** The folder of the plan, absolute. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly post: Post;
}

/**
 * Hands the numbers of a run to a monitoring system.
 * @param run the run that just ended
 * @param before earlier runs of the same target and phase, oldest first
 * @returns what did not work, one sentence each; it changes no decision
 */
export async function exportRun(
  { to, folder, env, post }: ExportTools,
  run: RunRecord,
  before: readonly RunRecord[],
): Promise<readonly string[]> {
  // Each place speaks for itself: where several share a history, none must overwrite what another says.
  const own = [...before, run].filter(({ location }) => location === run.location);
  const text = exposition(own);
  if (text === '') return [];
  const problems: string[] = [];
  if (to.textfile !== undefined) {
    const name = `greenlight-${fileNameOf(`${run.target} ${run.phase} ${run.location}`)}.prom`;
    const file = path.join(path.resolve(folder, to.textfile), name);
    try {
      // The collector must never read half a file, and reads only what ends in .prom.
      writeFileAtomically(file, text);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
      problems.push(`${file} cannot be written (${code}): the metrics of this run are missing`);
    }
  }
  if (to.pushgateway !== undefined) {
    try {
      const { address, headers: login } = basicAddress(resolveSecret(to.pushgateway.url, env));
      const headers = readHeaders(to.pushgateway.headers, (value) => resolveSecret(value, env));
      await post({
        url: `${address}${groupPath(run)}`,
        // All of the group is replaced: a check that the plan no longer has must not stay there for ever.
        method: 'PUT',
        headers: { ...login, ...headers, 'content-type': 'text/plain; version=0.0.4' },
        body: text,
      });
    } catch (error) {
      problems.push(`Pushgateway: ${error instanceof Error ? error.message : 'it did not take the metrics'}`);
    }
  }
  return problems;
}

/** The group of one place. Values in Base64, because a name may hold a slash, or be empty to a path. */
function groupPath({ target, phase, location }: RunRecord): string {
  const part = (label: string, value: string): string =>
    `/${label}@base64/${Buffer.from(value).toString('base64url')}`;
  return `/metrics/job/greenlight${part('target', target)}${part('phase', phase)}${part('location', location)}`;
}
