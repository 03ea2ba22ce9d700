import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { sharesFinding, shareFinding } from '../../shares-finding.ts';
import { pinnedImage } from './pinned-image.ts';
import { type ReadRunner, readRunner } from './read-runner.ts';
import type { RunnerOrder } from './runner-order.ts';

/** The file that the collector writes last. */
const Collected = z.strictObject({
  schema: z.literal('greenlight/k6-runners@1'),
  name: z.string(),
  runners: z.number().int(),
});

/**
 * Judges what all runners of an exported load measured, as one load. Nothing that Kubernetes says makes a pass; what is
 * missing, lost, foreign, too old or ended badly makes the answer unknown, by name.
 * @param folder what the collector wrote
 */
export async function runnersFinding(
  order: RunnerOrder,
  folder: string,
  { now, maxAgeMinutes }: { readonly now: Date; readonly maxAgeMinutes: number },
): Promise<Finding> {
  const { check, parallelism: of, name } = order;
  const unknown = (cause: string, summary: string, remedy: string): Finding => ({
    check,
    outcome: 'unknown',
    cause,
    summary,
    remedy,
    sampleSize: 0,
  });
  try {
    const collected = Collected.parse(JSON.parse(await readFile(join(folder, 'collected.json'), 'utf8')));
    if (collected.name !== name || collected.runners !== of) {
      const whose = `${collected.runners} runners of ${collected.name}`;
      return unknown('share-foreign', `${folder} holds ${whose}, not the ${of} of ${name}`, 'collect anew');
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unknown(
      'collection-incomplete',
      `${folder} was not collected to its end: ${why}`,
      'start collect.sh before the load ends, and let it run to its own end',
    );
  }
  const runners: (ReadRunner | Error)[] = [];
  for (let index = 1; index <= of; index += 1) {
    runners.push(
      await readRunner(order, folder, index).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      ),
    );
  }
  const [image] = runners.flatMap((one) => (one instanceof Error ? [] : [one.imageID]));
  const { digest } = pinnedImage(order.image, 'image');
  const shares = runners.map((one, index): Finding => {
    if (one instanceof Error) return unknown('share-missing', one.message, 'make the load again');
    const faults = [
      ...(one.imageID === image ? [] : [`it ran ${one.imageID}, another image than ${image ?? 'none'}`]),
      ...(digest === undefined || one.imageID.endsWith(digest)
        ? []
        : [`it ran ${one.imageID}, not the pinned ${digest}`]),
    ];
    const result = { ...one.result, faults: [...one.result.faults, ...faults] };
    const { control } = one;
    return shareFinding({ segment: { index: index + 1, of }, profile: order.k6.profile, result, control });
  });
  return recent(sharesFinding(check, shares), now, maxAgeMinutes);
}

/** The load of yesterday says nothing about what runs today. */
function recent(finding: Finding, now: Date, maxAgeMinutes: number): Finding {
  const { detail } = finding;
  if (detail?.kind !== 'load') return finding;
  const minutes = (now.getTime() - Date.parse(detail.result.startedAt)) / 60_000;
  if (minutes <= maxAgeMinutes && minutes >= -5) return finding;
  const when = minutes < 0 ? 'in the future' : `${Math.round(minutes)} minutes ago`;
  return {
    ...finding,
    outcome: 'unknown',
    cause: 'stale',
    summary: `The load began ${when}; at most ${maxAgeMinutes} minutes count. Then: ${finding.summary}`,
    remedy: 'make the load again, or say --max-age-minutes deliberately',
  };
}
