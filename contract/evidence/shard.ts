import { z } from 'zod';
import { PlannedCheck } from '../plan/checks.ts';
import { Evidence } from './evidence.ts';
import type { Project } from './outcome.ts';
import { Seal } from './seal.ts';

/** More than this is a typing mistake rather than a matrix. */
export const MOST_SHARDS = 1000;

const ShardCount = z.number().int().min(1).max(MOST_SHARDS);

/** One share of all load, made by one machine at the same time as the others. */
export const Segment = z.strictObject({ index: ShardCount, of: ShardCount });
export type Segment = z.infer<typeof Segment>;

/** One part of a run that several machines share. */
export const Part = z.discriminatedUnion('kind', [
  /** Its share of the suites and data checks. Readiness belongs to every one: it guards what follows. */
  z.strictObject({ kind: z.literal('share'), index: ShardCount, of: ShardCount }),
  /** All of the load, which runs alone: after the shards whose fragments have these digests. */
  z.strictObject({
    kind: z.literal('load'),
    of: ShardCount,
    after: z.array(z.string()),
    /** Only where several machines make the load together: each makes its share of every profile. */
    segment: Segment.optional(),
  }),
]);
export type Part = z.infer<typeof Part>;

/** What one part of a run saw: the file that `greenlight merge` puts together with the others. */
export const ShardFragment = z.strictObject({
  schema: z.literal('greenlight/shard@1'),
  part: Part,
  /** Everything that the whole run had to check; the evidence holds this part's share of it. */
  manifest: z.array(PlannedCheck),
  evidence: Evidence,
  /** `sha256:<hex>` of the canonical JSON of all the rest. It finds what was cut or changed, not who did it. */
  digest: z.string(),
  /** Only of a run with a key: says who wrote that digest. */
  seal: Seal.optional(),
});
export type ShardFragment = z.infer<typeof ShardFragment>;

const WHO_RUNS: Record<Project, 'every part' | 'one share' | 'load'> = {
  readiness: 'every part',
  suites: 'one share',
  'data-checks': 'one share',
  load: 'load',
};

/** The checks that a part has to run. Pure: all parts deal out the same manifest in the same way, without talking. */
export function checksOfPart(manifest: readonly PlannedCheck[], part: Part): readonly PlannedCheck[] {
  let dealt = 0;
  const shareOfFlow = new Map<string, number>();
  return manifest.filter((check) => {
    switch (WHO_RUNS[check.project]) {
      case 'every part':
        return true;
      case 'load':
        return part.kind === 'load';
      case 'one share':
        // A step goes where its journey goes: elsewhere the journey would run a second time.
        if (check.partOf === undefined) shareOfFlow.set(check.id, (dealt += 1));
        return (
          part.kind === 'share' &&
          ((shareOfFlow.get(check.partOf ?? check.id) ?? dealt) - 1) % part.of === part.index - 1
        );
    }
  });
}

/** Whether the run has a part of its own for load. */
export function needsLoadPart(manifest: readonly PlannedCheck[]): boolean {
  return manifest.some((check) => WHO_RUNS[check.project] === 'load');
}

/** `shard 2 of 5`. */
export function nameOfPart(part: Part): string {
  if (part.kind === 'share') return `shard ${part.index} of ${part.of}`;
  const load = `the load after ${part.of} shards`;
  return part.segment === undefined ? load : `segment ${part.segment.index} of ${part.segment.of} of ${load}`;
}

/** `shard-2-of-5`, the name of its fragment file and of its own report directory. */
export function fileStemOf(part: Part): string {
  if (part.kind === 'share') return `shard-${part.index}-of-${part.of}`;
  const load = `shard-load-of-${part.of}`;
  return part.segment === undefined ? load : `${load}-segment-${part.segment.index}-of-${part.segment.of}`;
}
