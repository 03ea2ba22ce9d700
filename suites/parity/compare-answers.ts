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
  /** In how many of the answers of new. */
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
export const BELIEVED = 0.005;
/** Chance at which a difference is not noise yet, either. */
const DOUBTFUL = 0.1;

/** Everything under one path with `[*]` for every index. */
interface Template {
  /** In an answer any of its places differs. */
  readonly any: Odd[];
  /** Each place by itself: one flaky item must not excuse a whole column. */
  readonly places: Map<string, Odd[]>;
  /** The first difference of new, of any place and of each. */
  readonly first: Map<string, { readonly old: unknown; readonly new: unknown }>;
  pairs: number;
  readonly body: boolean;
}

/** Which of the three answers of a round differs from the two others, which agree; or none, or each from each. */
type Odd = 'none' | 'new' | 'old' | 'each';

/**
 * Compares field by field. New is asked between the two questions to old: what changes with time then differs between
 * the two answers of old as well, and is noise.
 *
 * The unit is the answer: forty items of one answer that come from one random choice are one observation. Where the
 * systems are equal, each of the three answers of a round is as likely to be the one that differs; so new is the odd one
 * in a third of the rounds that differ, and the chance that it is so as often as was seen is a binomial one. Fields that
 * differ in the same rounds have one cause and are counted once, all others are corrected for. Pure.
 * @param believed chance at which a difference is believed: that of one request among several
 */
export function compareAnswers(
  rounds: readonly AnsweredRound[],
  ignore: ReadonlySet<string>,
  believed = BELIEVED,
): ComparedAnswers {
  const templates = new Map<string, Template>();
  rounds.forEach((round, at) => look(round, at, ignore, templates));
  const chanceOf = chanceAmong([...templates.values()]);

  const different: FieldDifference[] = [];
  const unclear: FieldDifference[] = [];
  const noise: string[] = [];
  let compared = 0;
  let comparedOfBody = 0;
  let steadyOfBody = 0;
  for (const [path, template] of templates) {
    const { any, places } = template;
    const [sure] = [...places].filter(([, odd]) => chanceOf(odd) <= believed);
    const told = (place: string, odd: readonly Odd[]): FieldDifference => ({
      path,
      times: odd.filter(ofNew).length,
      of: odd.length,
      ...(template.first.get(place) ?? NOTHING),
    });
    const oldDiffers = any.some(ofOld);
    if (chanceOf(any) <= believed) different.push(told(path, any));
    else if (sure !== undefined) different.push(told(...sure));
    else if (any.some(ofNew) && (!oldDiffers || tail(oddRounds(any), excess(any)) <= DOUBTFUL))
      unclear.push(told(path, any));
    else if ([...places.values()].some((odds) => odds.every(isNew) || chanceOf(odds) <= DOUBTFUL))
      unclear.push(told(path, any));
    else if (oldDiffers) {
      noise.push(path);
      continue;
    }
    compared += template.pairs;
    if (!template.body) continue;
    comparedOfBody += template.pairs;
    steadyOfBody += 1;
  }
  return { different, unclear, noise, compared, comparedOfBody, steadyOfBody };
}

const NOTHING = { old: undefined, new: undefined };

/** Rounds in which the path is not there yet, or no more, have nothing odd about it. */
function look(
  { old, new: fresh, oldAgain }: AnsweredRound,
  at: number,
  ignore: ReadonlySet<string>,
  templates: Map<string, Template>,
): void {
  for (const path of new Set([...old.keys(), ...fresh.keys(), ...oldAgain.keys()])) {
    if (isUnder(path, ignore)) continue;
    const name = templateOf(path);
    const template = templates.get(name) ?? {
      any: [],
      places: new Map<string, Odd[]>(),
      first: new Map<string, { old: unknown; new: unknown }>(),
      pairs: 0,
      body: path.startsWith('$') && !path.endsWith('.length'),
    };
    templates.set(name, template);
    template.pairs += 1;
    const odd = oddOf(same(old, fresh, path), same(old, oldAgain, path), () => same(oldAgain, fresh, path));
    const { any, places, first } = template;
    mark(any, at, odd);
    if (path !== name) {
      const place = places.get(path) ?? [];
      places.set(path, place);
      mark(place, at, odd);
    }
    if (!ofNew(odd)) continue;
    for (const key of [name, path])
      if (!first.has(key)) first.set(key, { old: old.get(path), new: fresh.get(path) });
  }
  for (const { any, places } of templates.values())
    for (const odd of [any, ...places.values()]) if (odd.length <= at) mark(odd, at, 'none');
}

function oddOf(newAsOld: boolean, oldAsItself: boolean, newAsOldAgain: () => boolean): Odd {
  if (oldAsItself) return newAsOld ? 'none' : 'new';
  return newAsOld || newAsOldAgain() ? 'old' : 'each';
}

/** Several places in one answer: where any shows that old differs from itself, that is what the answer shows. */
function mark(odds: Odd[], at: number, odd: Odd): void {
  while (odds.length < at) odds.push('none');
  const known = odds[at];
  if (known === undefined) odds.push(odd);
  else if (known !== odd) odds[at] = joined(known, odd);
}

function joined(one: Odd, other: Odd): Odd {
  if (one === 'none') return other;
  if (other === 'none') return one;
  return 'each';
}

function ofNew(odd: Odd): boolean {
  return odd === 'new' || odd === 'each';
}

function ofOld(odd: Odd): boolean {
  return odd === 'old' || odd === 'each';
}

function isNew(odd: Odd): boolean {
  return odd === 'new';
}

/** In how many rounds one of the three answers is the odd one. */
function oddRounds(odds: readonly Odd[]): number {
  return odds.filter((odd) => odd === 'new' || odd === 'old').length;
}

/** In how many more rounds that is new than old. */
function excess(odds: readonly Odd[]): number {
  return odds.reduce((sum, odd) => sum + (odd === 'new' ? 1 : odd === 'old' ? -1 : 0), 0);
}

/** How likely anything shows such an excess by chance: summed over all that differ in rounds of their own. */
function chanceAmong(templates: readonly Template[]): (odds: readonly Odd[]) => number {
  const patterns = new Map<string, number>();
  for (const { any, places } of templates)
    for (const odds of [any, ...places.values()]) patterns.set(odds.join(), oddRounds(odds));
  const many = new Map<number, number>();
  for (const rounds of patterns.values()) many.set(rounds, (many.get(rounds) ?? 0) + 1);
  const known = new Map<number, number>();
  return (odds) => {
    const more = excess(odds);
    if (more <= 0) return 1;
    const chance =
      known.get(more) ?? [...many].reduce((sum, [rounds, of]) => sum + of * tail(rounds, more), 0);
    known.set(more, chance);
    return chance;
  };
}

/** How likely new is the odd one of three so much more often than the two of old together, if all are alike. */
function tail(rounds: number, more: number): number {
  let chance = 0;
  for (let ofNew = Math.max(0, Math.ceil((rounds + more) / 2)); ofNew <= rounds; ofNew += 1)
    chance += Math.exp(
      logChoose(rounds, ofNew) + ofNew * Math.log(1 / 3) + (rounds - ofNew) * Math.log(2 / 3),
    );
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
