import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../contract/errors.ts';
import { pathText } from '../../contract/plan/plan.ts';
import { ShardFragment } from '../../contract/evidence/shard.ts';
import type { ReadFragment } from '../../reporters/merge/read-fragment.ts';
import { digestOf } from '../../host/load-config.ts';
import type { VerificationKey } from '../../signing/key-file.ts';
import { brokenSeal } from '../../signing/seal.ts';
import { digestOfFragment, sealedFragment } from './seal-fragment.ts';

export interface ReadFragments {
  readonly fragments: readonly ReadFragment[];
  /** What is wrong with the files that hold no fragment, or not a whole one. */
  readonly refused: readonly Problem[];
}

/**
 * Reads fragment files. Never throws: what cannot be used is named, and all of it at once.
 * @param keys where there are some, each fragment must carry a seal by one of them
 */
export function readFragments(
  cwd: string,
  files: readonly string[],
  keys: readonly VerificationKey[],
): ReadFragments {
  const fragments: ReadFragment[] = [];
  const refused: Problem[] = [];
  for (const file of files) {
    const read = readFragment(path.resolve(cwd, file), file, keys);
    if ('fragment' in read) fragments.push(read);
    else refused.push(read);
  }
  return { fragments, refused };
}

const AGAIN = 'run all shards again; a shard that was killed leaves no fragment';

function readFragment(at: string, file: string, keys: readonly VerificationKey[]): ReadFragment | Problem {
  let text: string;
  try {
    text = readFileSync(at, 'utf8');
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    return { path: file, value, problem: `cannot be read: ${value}`, remedy: AGAIN };
  }
  const value = parsed(text);
  if (value === undefined) {
    const problem = text.trim() === '' ? 'is empty' : 'was cut short: it is not whole JSON';
    return { path: file, value: `${text.length} characters`, problem, remedy: AGAIN };
  }
  const known = ShardFragment.safeParse(value);
  if (!known.success) {
    const [issue] = known.error.issues;
    const where = pathText(issue?.path ?? []);
    return {
      path: file,
      value: where || 'all of it',
      problem: `is no fragment of this version: ${where ? `${where}: ` : ''}${issue?.message ?? ''}`,
      remedy:
        'name the files that `greenlight run --shard` wrote, and use one version of Greenlight everywhere',
    };
  }
  const fragment = known.data;
  const { evidence, digest } = fragment;
  if (digestOfFragment(value) !== digest || digestOf(evidence.policy) !== evidence.policyDigest) {
    return {
      path: file,
      value: digest,
      problem: 'was edited: what it holds is not what its digest stands for',
      remedy: AGAIN,
    };
  }
  const broken = keys.length === 0 ? undefined : brokenSeal(fragment.seal, sealedFragment(fragment), keys);
  if (broken !== undefined) {
    return {
      path: file,
      value: digest,
      problem: `is not what its shard wrote: ${broken}`,
      remedy: 'give every `greenlight run --shard` the key that the merge has, and run all shards again',
    };
  }
  return { file, fragment };
}

/** The object in a text; undefined when there is none. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return undefined; // The caller says what that means, with the name of the file.
  }
}
