/** What a target, or somebody who asks, calls a release. */
export interface NamedRelease {
  readonly id?: string | undefined;
  readonly commit?: string | undefined;
}

/** How one name of a release stands to the wanted one. `unknown`: what was said, or wanted, is no name at all. */
export interface ComparedName {
  readonly field: 'id' | 'commit';
  readonly state: 'same' | 'other' | 'unknown';
  readonly wanted: string;
  readonly said: string;
}

/** What builds write where nobody filled in the name. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
  (
    'unknown unset undefined null none nil n/a na - ? tbd todo dev develop development local localhost latest head ' +
    'snapshot main master trunk default placeholder changeme version commit sha revision dirty 0 0.0.0'
  ).split(' '),
);

const SHORTEST_COMMIT = 7;

/**
 * Compares the names that both sides give. A name that is none (`unknown`, an empty text, a template that nobody filled
 * in) is no other release: it says nothing. Nor does one that is asked for (`main`, by a pipeline that hands over its
 * branch): that is a mistake of ours, and takes no traffic back. Pure.
 * @returns one entry for each name that is wanted and was said; none when they have nothing in common
 */
export function compareRelease(wanted: NamedRelease, said: NamedRelease): readonly ComparedName[] {
  const compared: ComparedName[] = [];
  if (wanted.id !== undefined && said.id !== undefined) {
    const isNone = isPlaceholder(said.id) || isPlaceholder(wanted.id);
    const state = wanted.id === said.id ? 'same' : isNone ? 'unknown' : 'other';
    compared.push({ field: 'id', state, wanted: wanted.id, said: said.id });
  }
  if (wanted.commit !== undefined && said.commit !== undefined) {
    const state = isSameCommit(wanted.commit, said.commit)
      ? 'same'
      : isOtherCommit(wanted.commit, said.commit)
        ? 'other'
        : 'unknown';
    compared.push({ field: 'commit', state, wanted: wanted.commit, said: said.commit });
  }
  return compared;
}

/** `${GIT_SHA}`, `{{version}}`, `%COMMIT%`, `__VERSION__`, `<commit>`, `@project.version@`. */
const UNFILLED = /^\$|^\{|^<.*>$|^%.*%$|^__.*__$|^@.*@$/;

/** Whether a name is what builds write where nobody filled it in. */
export function isPlaceholder(name: string): boolean {
  const text = name.trim().toLowerCase();
  return text === '' || PLACEHOLDERS.has(text) || UNFILLED.test(text) || /^0+$/.test(text);
}

/** A branch or a word is no commit, and so no other one either; nor are a few digits with which the wanted one begins. */
function isOtherCommit(wanted: string, said: string): boolean {
  const text = said.trim().toLowerCase();
  if (!/^[0-9a-f]{4,64}$/.test(text) || isPlaceholder(text)) return false;
  return text.length >= SHORTEST_COMMIT || !wanted.trim().toLowerCase().startsWith(text);
}

/** Commits are often shortened on one side; fewer than seven digits could be anyone's. */
function isSameCommit(a: string, b: string): boolean {
  const [short = '', long = ''] = [a, b]
    .map((one) => one.trim().toLowerCase())
    .sort((x, y) => x.length - y.length);
  return short.length >= SHORTEST_COMMIT && long.startsWith(short);
}
