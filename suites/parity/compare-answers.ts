import { type Fields, isUnder, sameValue, templateOf } from './fields.ts';

/** One request, asked of old, then of new, then of old again. */
export interface AnsweredRound {
  readonly old: Fields;
  readonly new: Fields;
  readonly oldAgain: Fields;
}

export interface FieldDifference {
  /** With `[*]` for every index. */
  readonly path: string;
  /** In how many places and rounds. */
  readonly times: number;
  /** The first one; undefined where the side has no such field. */
  readonly old: unknown;
  readonly new: unknown;
}

/** What the rounds of one request say. */
export interface ComparedAnswers {
  readonly different: readonly FieldDifference[];
  /** Paths that differ between two answers of old: whatever they are on new, nothing follows. */
  readonly noise: readonly string[];
  /**
   * How many fields were held against each other, over all rounds; and how many of them are values of a body. That a
   * list has as many items is not one: it is equal as well where all that the items say is noise.
   */
  readonly compared: number;
  readonly comparedOfBody: number;
}

/**
 * Compares field by field. New is asked between the two questions to old: what changes with time then differs between
 * the two answers of old as well, and is noise. Pure.
 */
export function compareAnswers(
  rounds: readonly AnsweredRound[],
  ignore: ReadonlySet<string>,
): ComparedAnswers {
  const noise = new Set<string>();
  for (const { old, oldAgain } of rounds) {
    for (const path of pathsOf(old, oldAgain)) {
      if (!same(old, oldAgain, path)) noise.add(templateOf(path));
    }
  }
  const left = (path: string): boolean => !isUnder(path, ignore) && !isUnder(path, noise);
  const different = new Map<string, FieldDifference>();
  let compared = 0;
  let comparedOfBody = 0;
  for (const { old, new: fresh } of rounds) {
    for (const path of pathsOf(old, fresh).filter(left)) {
      compared += 1;
      if (path.startsWith('$') && !path.endsWith('.length')) comparedOfBody += 1;
      if (same(old, fresh, path)) continue;
      const template = templateOf(path);
      const before = different.get(template);
      different.set(
        template,
        before === undefined
          ? { path: template, times: 1, old: old.get(path), new: fresh.get(path) }
          : { ...before, times: before.times + 1 },
      );
    }
  }
  return {
    different: [...different.values()],
    noise: [...noise].filter((path) => !isUnder(path, ignore)),
    compared,
    comparedOfBody,
  };
}

function pathsOf(one: Fields, other: Fields): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])];
}

function same(one: Fields, other: Fields, path: string): boolean {
  return one.has(path) === other.has(path) && sameValue(one.get(path) ?? null, other.get(path) ?? null);
}
