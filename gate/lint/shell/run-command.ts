import * as commands from './commands.ts';
import { truthOfWords } from './conditions.ts';
import { type Node, parseShell } from './grammar.ts';
import type { State } from './state.ts';
import { substitutions } from './substitutions.ts';
import { asksForGo } from './values.ts';
import type { Walk } from './walk.ts';

/** Runs one command that is no compound of others. */
export function runCommand(walk: Walk, node: Node, state: State, asked: boolean): readonly State[] {
  switch (node.type) {
    case 'command':
      return runSimple(walk, node, walk.substituted(node, state, asked), asked);
    case 'variable_assignment':
      return assign(walk, node, state, asked);
    case 'variable_assignments':
      return node.namedChildren.reduce<readonly State[]>(
        (states, one) => states.flatMap((end) => assign(walk, one, end, asked)),
        [state],
      );
    case 'declaration_command': {
      // `local x=$(…)` answers for itself; what stood in the brackets is lost.
      const after = walk.substituted(node, state, asked);
      const vars = new Map(after.vars);
      for (const one of node.namedChildren.filter(({ type }) => type === 'variable_assignment')) {
        const [name, value] = [one.childForFieldName('name'), one.childForFieldName('value')];
        if (name !== null) vars.set(name.text, value === null ? '' : walk.value(value, after));
      }
      return [{ ...after, vars, status: 0, asked: false }];
    }
    case 'unset_command':
      return [{ ...state, status: 0, asked: false }];
    default:
      if (node.isNamed) walk.notUnderstood(node, `what \`${firstWords(node)}\` does is not followed`);
      return [{ ...state, status: undefined }];
  }
}

function assign(walk: Walk, node: Node, state: State, asked: boolean): readonly State[] {
  const [name, value] = [node.childForFieldName('name'), node.childForFieldName('value')];
  const set = (end: State, text: string | undefined): State => ({
    ...end,
    vars: new Map(end.vars).set(name?.text ?? '', text),
  });
  if (value === null) return [{ ...set(state, ''), status: 0, asked: false }];
  const inner = value.type === 'command_substitution' ? [value] : substitutions(value);
  const last = inner.at(-1);
  if (last === undefined) return [{ ...set(state, walk.value(value, state)), status: 0, asked: false }];
  return walk
    .ofSubstitution(last, state, asked)
    .map((end) => set({ ...end, asked: false }, walk.value(value, end)));
}

function runSimple(walk: Walk, node: Node, before: State, asked: boolean): readonly State[] {
  const parts = node.namedChildren.filter(
    ({ type }) => type !== 'variable_assignment' && !type.endsWith('redirect') && type !== 'file_descriptor',
  );
  const words = parts.map((part) => walk.value(part, before));
  const name = words[0] ?? '';
  const text = commandText(node, before);
  const end = (status: number | undefined, more: Partial<State> = {}): readonly State[] => [
    { ...before, asked: false, status, ...more },
  ];

  const body = walk.functions.get(name);
  if (body !== undefined) {
    const given = parts.slice(1).map((part) => part.text);
    return walk.run(body, { ...before, vars: withArguments(before.vars, given) }, asked).map((state) => ({
      ...state,
      leaving: state.leaving === 'return' ? undefined : state.leaving,
      vars: withArguments(state.vars, argumentsIn(before.vars)),
    }));
  }
  switch (name) {
    case 'true':
    case ':':
      return end(0);
    case 'false':
      return end(1);
    case 'exit':
    case 'return':
      return end(words.length > 1 ? statusOf(words[1]) : before.status, { leaving: name });
    case 'break':
    case 'continue':
      return end(0, { leaving: name });
    case 'set':
      return end(0, options(words, before));
    case 'test':
    case '[': {
      const truth = truthOfWords(words.slice(1).filter((word) => word !== ']'));
      return end(truth === undefined ? undefined : truth ? 0 : 1);
    }
    case 'trap':
      return end(0, { traps: trapped(words, before) });
    case 'eval':
    case 'source':
    case '.':
      walk.notUnderstood(node, `\`${firstWords(node)}\` runs what does not stand here, in this very shell`);
      return end(undefined);
  }
  if (walk.trial.gate.isGate(text) && !commands.onlySays(name))
    return runGate(walk, node, words, before, asked);
  if (before.answered && asksForGo(text)) return end(walk.trial.decision === 'GO' ? 0 : 1);
  if (before.answered && !commands.onlySays(name)) {
    if (commands.takesBack(text)) {
      walk.seen.push({ kind: 'took-back', row: walk.rowOf(node) });
      return end(undefined, { tookBack: true });
    }
    if (commands.movesOn(text)) walk.seen.push({ kind: 'moved-on', row: walk.rowOf(node) });
  }
  return end(commands.onlySays(name) && name !== 'git' ? 0 : undefined);
}

function runGate(
  walk: Walk,
  node: Node,
  words: readonly (string | undefined)[],
  before: State,
  asked: boolean,
): readonly State[] {
  const { trial } = walk;
  walk.met.set(node.id, node);
  const mine = trial.site === 'first' ? !before.answered : trial.site === node.id;
  if (!mine) return [{ ...before, asked: false, status: 0 }];
  const script = words.find((word) => word !== undefined && /\s/.test(word) && commands.runsGate(word));
  if (script !== undefined && !before.answered) return runText(walk, node, script, before, words);
  const text = commandText(node, before);
  const asks = trial.gate.asks(text) && !commands.runsGate(text);
  if (before.answered) {
    // An order of its own, as for each target of a list, is no repetition; neither is a question.
    if (asks || words.includes(undefined)) return [{ ...before, asked: false, status: 0 }];
    walk.seen.push({ kind: 'ran-again', row: walk.rowOf(node) });
    return [];
  }
  const name = words[0] ?? '';
  if (!asks && !commands.passesOn(name)) {
    walk.notUnderstood(node, `whether \`${name || firstWords(node)}\` hands on the exit code is not known`);
  }
  const status = asks ? (trial.gate.failsOnRefusal(text) ? 22 : 0) : trial.code;
  const end: State = { ...before, asked: false, answered: true, status };
  return [name === 'exec' && !asked ? { ...end, leaving: 'exit' } : end];
}

/** `sh -c '…'`, `ssh host '…'`: a shell of its own that ends as its last command does. */
function runText(
  walk: Walk,
  node: Node,
  script: string,
  before: State,
  words: readonly (string | undefined)[],
): readonly State[] {
  const strict = commands.isShell(words[0] ?? '') && words.some((word) => /^-[a-z]*e/.test(word ?? ''));
  const inner = { ...before, errexit: strict, traps: new Map<string, string>() };
  return walk.within(parseShell(script), inner, walk.rowOf(node)).map((end) => ({
    ...before,
    asked: false,
    status: end.status,
    answered: end.answered,
    tookBack: end.tookBack,
  }));
}

/**
 * The text of a command with the arguments of the function that it stands in, and without what its substitutions run,
 * which are commands of their own.
 */
export function commandText(node: Node, state: State | undefined): string {
  const own = substitutions(node).reduce((text, { text: inner }) => text.replace(inner, '$_'), node.text);
  if (state === undefined) return own;
  const given = argumentsIn(state.vars);
  return own
    .replace(/"?\$[@*]"?/g, () => given.join(' '))
    .replace(/"?\$([1-9])"?/g, (was, n) => given[Number(n) - 1] ?? was);
}

/** The words that a function was given, as they stood: `$@` is no name that a script could set. */
function argumentsIn(vars: State['vars']): readonly string[] {
  return JSON.parse(vars.get('@') ?? '[]') as string[];
}

function withArguments(vars: State['vars'], given: readonly string[]): State['vars'] {
  return new Map(vars).set('@', JSON.stringify(given));
}

function firstWords(node: Node): string {
  return node.text.split('\n')[0]?.slice(0, 60) ?? '';
}

function statusOf(word: string | undefined): number | undefined {
  return word !== undefined && /^\d+$/.test(word) ? Number(word) % 256 : undefined;
}

function options(words: readonly (string | undefined)[], state: State): Partial<State> {
  let { errexit, pipefail } = state;
  words.forEach((word, index) => {
    if (word === undefined) return;
    const on = word.startsWith('-');
    if (/^[-+][a-z]*e/.test(word)) errexit = on;
    // The name of an option follows `-o`, also in `-euo`.
    if (/^[-+][a-z]*o$/.test(word)) {
      if (words[index + 1] === 'errexit') errexit = on;
      if (words[index + 1] === 'pipefail') pipefail = on;
    }
  });
  return { errexit, pipefail };
}

function trapped(words: readonly (string | undefined)[], state: State): ReadonlyMap<string, string> {
  const traps = new Map(state.traps);
  const [, order, ...signals] = words;
  for (const signal of signals) {
    const key = signal === '0' ? 'EXIT' : (signal ?? '').replace(/^SIG/, '').toUpperCase();
    if (order === '-') traps.delete(key);
    else traps.set(key, order ?? '$_');
  }
  return traps;
}
