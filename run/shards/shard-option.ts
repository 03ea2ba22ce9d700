import { createHash } from 'node:crypto';
import { GreenlightError } from '../../contract/errors.ts';
import { MOST_SHARDS, type Part, type Segment } from '../../contract/evidence/shard.ts';
import { judge } from '../../reporters/judge.ts';
import { mergeFragments } from '../../reporters/merge/merge-fragments.ts';
import type { SharedRun } from '../run-request.ts';
import type { SigningKey } from '../../signing/key-file.ts';
import { publicHalves } from '../../signing/seal.ts';
import { readFragments } from './read-fragments.ts';

interface ShardOptions {
  readonly shard?: string;
  readonly after?: readonly string[];
  readonly segment?: string;
  readonly startAt?: string;
  readonly nonce?: string;
}

/**
 * What `--shard` and `--after` ask for; undefined for a run that is not shared.
 * @param keys where there are some, load believes only the shards that one of them sealed
 * @throws GreenlightError for options that do not fit, SHARDS_INCOMPLETE when load cannot know that all shards are done
 */
export function sharedRunOf(
  cwd: string,
  options: ShardOptions,
  keys: readonly SigningKey[],
): SharedRun | undefined {
  const { shard, after, nonce, segment, startAt } = options;
  if (segment !== undefined && shard !== 'load') {
    throw new GreenlightError(
      'SHARD_INVALID',
      '--segment needs --shard load: only load is made by several machines together',
    );
  }
  if (startAt !== undefined && segment === undefined) {
    throw new GreenlightError(
      'SHARD_INVALID',
      '--start-at needs --segment: load that is not shared starts when it can',
    );
  }
  if (shard === undefined) {
    if (after !== undefined) throw afterNeedsLoad();
    return undefined;
  }
  if (nonce === undefined || nonce === '') {
    throw new GreenlightError('NONCE_MISSING', '--shard needs --nonce <text>, for all shards and the merge');
  }
  if (shard === 'load') {
    const named = segment === undefined ? undefined : fraction('--segment', segment);
    const at = startAt === undefined ? undefined : startTime(startAt);
    const { part, before } = loadAfter(cwd, after ?? [], nonce, keys);
    return { part: named === undefined ? part : { ...part, segment: named }, before, startAt: at };
  }
  if (after !== undefined) throw afterNeedsLoad();
  return { part: shareNamed(shard), before: [] };
}

/** The same for all parts of a run: what they keep in one place is told apart from that of other runs by it. */
export function groupOf(nonce: string): string {
  return createHash('sha256').update(nonce).digest('hex').slice(0, 8);
}

function shareNamed(shard: string): Part {
  return { kind: 'share', ...fraction('--shard', shard, ', and load for the load after them') };
}

function fraction(option: string, text: string, more = ''): Segment {
  const [, index, of] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index > of || of > MOST_SHARDS) {
    throw new GreenlightError('OPTION_INVALID', `${option}: "${text}" is no share`, {
      hint: `Use 1/5 to 5/5 for five shards (at most ${MOST_SHARDS})${more}.`,
    });
  }
  return { index, of };
}

/** More than this ahead is a wrong clock or a wrong time zone, and the target would be waited for in vain. */
const LONGEST_WAIT_MS = 3_600_000;

function startTime(text: string): string {
  const time = new Date(text);
  const ahead = time.getTime() - Date.now();
  if (Number.isNaN(ahead) || ahead > LONGEST_WAIT_MS) {
    throw new GreenlightError(
      'OPTION_INVALID',
      `--start-at: "${text}" is no time within the next hour; ISO 8601 is needed, such as 2026-11-21T09:00:00Z`,
    );
  }
  return time.toISOString();
}

/** Load has to know that every shard is done, and whether one of them says that the release is lost already. */
function loadAfter(
  cwd: string,
  files: readonly string[],
  nonce: string,
  keys: readonly SigningKey[],
): SharedRun & { readonly part: Extract<Part, { kind: 'load' }> } {
  const { fragments, refused } = readFragments(cwd, files, publicHalves(keys));
  const at = new Date().toISOString();
  const merged = mergeFragments(fragments, refused, { id: groupOf(nonce), nonce, wanted: 'before-load', at });
  if (merged.evidence === undefined || merged.problems.length > 0) {
    throw new GreenlightError('SHARDS_INCOMPLETE', 'load starts only after every shard', {
      problems: merged.problems,
    });
  }
  const after = merged.evidence.parts?.map(({ digest }) => digest) ?? [];
  return {
    part: { kind: 'load', of: after.length, after },
    before: judge(merged.evidence, at).checks,
  };
}

function afterNeedsLoad(): GreenlightError {
  return new GreenlightError('SHARD_INVALID', '--after needs --shard load: only load waits for the shards');
}
