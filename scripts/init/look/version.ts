import { isPlaceholder } from '../../../contract/evidence/release-match.ts';
import type { ResponseView } from '../../../contract/flow/http.ts';
import { object } from '../../../contract/flow/loose.ts';
import type { Asker } from './asker.ts';
import type { Health } from './health.ts';
import type { IsNothing } from './pages.ts';

/** A document that says which release runs, and where in it. */
export interface Version {
  readonly path: string;
  /** Dotted paths, as `target.release` takes them. */
  readonly id: string | undefined;
  readonly commit: string | undefined;
  /** What stands there now. */
  readonly said: string;
}

const PATHS = [
  '/version',
  '/version.json',
  '/api/version',
  '/actuator/info',
  '/info',
  '/build-info.json',
] as const;

/** Names of fields, in small letters and without what joins words; the most exact first. */
const ID_NAMES = ['release', 'version', 'appversion', 'buildversion', 'tag', 'build', 'buildnumber'];
const COMMIT_NAMES = [
  'commit',
  'sha',
  'commitsha',
  'gitsha',
  'gitcommit',
  'commitid',
  'commithash',
  'githash',
  'revision',
  'id',
];
const DEEPEST = 3;

/** Asks the usual addresses which release runs; the health document may say it, too. */
export async function findVersion(
  asker: Asker,
  base: string,
  isNothing: IsNothing,
  health: Health | undefined,
): Promise<Version | undefined> {
  for (const path of PATHS) {
    const asked = await asker.get(`${base}${path}`);
    if ('none' in asked || isNothing(asked.answer)) continue;
    const version = versionOf(path, asked.answer);
    if (version !== undefined) return version;
  }
  return health === undefined ? undefined : versionOf(health.path, health.answer);
}

/** Where a document says which release runs; undefined for one that does not, or that nobody filled in. */
export function versionOf(path: string, { status, body }: ResponseView): Version | undefined {
  if (status < 200 || status > 299) return undefined;
  const leaves = leavesOf(body, [], 0);
  const id = first(leaves, ID_NAMES, (value) => value.length <= 80);
  // A key `id` says nothing by itself, but in `git.commit.id` it does.
  const commit = first(
    leaves.filter(({ path: at }) => at.at(-1) !== 'id' || /commit|git/i.test(at.slice(0, -1).join('.'))),
    COMMIT_NAMES,
    (value) => /^[0-9a-f]{7,64}$/i.test(value),
  );
  if (id === undefined && commit === undefined) return undefined;
  return {
    path,
    id: id?.path.join('.'),
    commit: commit?.path.join('.'),
    said: [id?.value, commit?.value].filter((one) => one !== undefined).join(' at '),
  };
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: string;
}

function leavesOf(value: unknown, path: readonly string[], depth: number): Leaf[] {
  if ((typeof value === 'string' && value !== '') || typeof value === 'number')
    return path.length === 0 ? [] : [{ path, value: String(value) }];
  if (depth >= DEEPEST) return [];
  return (
    Object.entries(object(value))
      // A dot in a key could not be told from a step into it.
      .filter(([key]) => !key.includes('.'))
      .flatMap(([key, member]) => leavesOf(member, [...path, key], depth + 1))
  );
}

function first(
  leaves: readonly Leaf[],
  names: readonly string[],
  fits: (value: string) => boolean,
): Leaf | undefined {
  for (const name of names) {
    const found = leaves.find(
      ({ path, value }) =>
        (path.at(-1) ?? '').toLowerCase().replaceAll(/[_-]/g, '') === name &&
        fits(value) &&
        !isPlaceholder(value),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
