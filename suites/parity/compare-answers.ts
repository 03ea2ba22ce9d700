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
  /** In how many of the places and rounds that were compared. */
  readonly times: number;
  readonly of: number;
  /** The first one; undefined where the side has no such field. */
  readonly old: unknown;
  readonly new: unknown;
}

/** What the rounds of one request say. */
export interface ComparedAnswers {
  /** More often than two answers of old differ from each other, beyond chance. */
  readonly different: readonly FieldDifference[];
  /** Too seldom to be told from a field that changes by itself: more rounds tell. */
  readonly unclear: readonly FieldDifference[];
  /** Paths in which old differs from itself about as often: nothing follows from them. */
  readonly noise: readonly string[];
  /**
   * How many fields were held against each other, over all rounds; and how many of them are values of a body. That a
   * list has as many items is not one: it is equal as well where all that the items say is noise.
   */
  readonly compared: number;
  readonly comparedOfBody: number;
  /** How many kinds of values of a body are no noise. */
  readonly steadyOfBody: number;
}

/** Chance at which a difference is believed; so small because it is looked at after every round. */
const BELIEVED = 0.005;
/** Chance at which a difference is not noise yet, either. */
const DOUBTFUL = 0.1;

interface Tally {
  /** Pairs of answers of old, and those that differ. */
  readonly old: { pairs: number; differ: number };
  readonly new: { pairs: number; differ: number };
  body: boolean;
  first: { readonly old: unknown; readonly new: unknown } | undefined;
}

/**
 * Compares field by field. New is asked between the two questions to old: what changes with time then differs between
 * the two answers of old as well, and is noise. One flaky item must not excuse a whole column, nor one rare value accuse
 * new: both are counted, and Fisher's exact test says whether new differs more often than old from itself. Pure.
 */
export function compareAnswers(
  rounds: readonly AnsweredRound[],
  ignore: ReadonlySet<string>,
): ComparedAnswers {
  const tallies = new Map<string, Tally>();
  for (const round of rounds) count(round, ignore, tallies);
  const different: FieldDifference[] = [];
  const unclear: FieldDifference[] = [];
  const noise: string[] = [];
  let compared = 0;
  let comparedOfBody = 0;
  let steadyOfBody = 0;
  for (const [path, tally] of tallies) {
    const chance = chanceOfMore(tally.new, tally.old);
    const difference = { path, times: tally.new.differ, of: tally.new.pairs, ...(tally.first ?? NOTHING) };
    if (tally.new.differ > 0 && chance <= BELIEVED) different.push(difference);
    else if (tally.new.differ > 0 && (tally.old.differ === 0 || chance <= DOUBTFUL)) unclear.push(difference);
    else if (tally.old.differ > 0) {
      noise.push(path);
      continue;
    }
    compared += tally.new.pairs;
    if (!tally.body) continue;
    comparedOfBody += tally.new.pairs;
    steadyOfBody += 1;
  }
  return { different, unclear, noise, compared, comparedOfBody, steadyOfBody };
}

const NOTHING = { old: undefined, new: undefined };

function count(
  { old, new: fresh, oldAgain }: AnsweredRound,
  ignore: ReadonlySet<string>,
  tallies: Map<string, Tally>,
): void {
  const tallyOf = (path: string): Tally => {
    const template = templateOf(path);
    const known = tallies.get(template) ?? {
      old: { pairs: 0, differ: 0 },
      new: { pairs: 0, differ: 0 },
      body: path.startsWith('$') && !path.endsWith('.length'),
      first: undefined,
    };
    tallies.set(template, known);
    return known;
  };
  for (const path of new Set([...old.keys(), ...fresh.keys(), ...oldAgain.keys()])) {
    if (isUnder(path, ignore)) continue;
    const tally = tallyOf(path);
    tally.old.pairs += 1;
    tally.new.pairs += 1;
    if (!same(old, oldAgain, path)) tally.old.differ += 1;
    if (same(old, fresh, path)) continue;
    tally.new.differ += 1;
    tally.first ??= { old: old.get(path), new: fresh.get(path) };
  }
}

/**
 * Fisher's exact test, one-sided: how likely so many of all differences, or more, fall to new by chance alone, if new
 * differs from old as old does from itself.
 */
function chanceOfMore(
  fresh: { readonly pairs: number; readonly differ: number },
  old: { readonly pairs: number; readonly differ: number },
): number {
  const all = fresh.differ + old.differ;
  const most = Math.min(all, fresh.pairs);
  const total = logChoose(fresh.pairs + old.pairs, all);
  let chance = 0;
  for (let ofNew = fresh.differ; ofNew <= most; ofNew += 1) {
    if (all - ofNew > old.pairs) continue;
    chance += Math.exp(logChoose(fresh.pairs, ofNew) + logChoose(old.pairs, all - ofNew) - total);
  }
  return Math.min(1, chance);
}

function logChoose(all: number, some: number): number {
  const few = Math.min(some, all - some);
  let log = 0;
  for (let i = 1; i <= few; i += 1) log += Math.log((all - few + i) / i);
  return log;
}

function same(one: Fields, other: Fields, path: string): boolean {
  return one.has(path) === other.has(path) && sameValue(one.get(path) ?? null, other.get(path) ?? null);
}
