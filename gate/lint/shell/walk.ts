import type { GateWords } from '../gate-words.ts';
import { type Truth, matches, truthOf } from './conditions.ts';
import { runsGate } from './commands.ts';
import type { Node } from './grammar.ts';
import { distinct, type State } from './state.ts';
import { substitutions } from './substitutions.ts';
import { asksForGo, valueOf } from './values.ts';

/** One answer of the gate at one place of a script: what is to be followed through it. */
export interface Trial {
  /** The command that answers, all other gates answer GO; whichever comes first; or none, and all answer GO. */
  readonly site: number | 'first' | 'none';
  readonly code: number;
  readonly decision: string;
  readonly gate: GateWords;
}

/** What was seen on some way through a script. */
export type Seen =
  | { readonly kind: 'took-back' | 'moved-on' | 'ran-again'; readonly row: number }
  | { readonly kind: 'not-understood'; readonly row: number; readonly what: string };

/** More ways and loops than a deploy script has. */
const MOST_STATES = 400;
const MOST_STEPS = 40_000;
const MOST_ROUNDS = 3;

/** Runs one command that is no compound of others. */
export type RunCommand = (walk: Walk, node: Node, state: State, asked: boolean) => readonly State[];

/** A walk through one script under one answer. It follows every way that the answer leaves open. */
export class Walk {
  readonly functions = new Map<string, Node>();
  trial: Trial;
  readonly seen: Seen[] = [];
  /** Every gate on some way, by the node of its command, whether or not the trial is about it. */
  readonly met = new Map<number, Node>();
  #steps = 0;
  #depth = 0;
  /** Rows of a text within a script, such as that of `sh -c`, are those of the command that runs it. */
  row: number | undefined;
  readonly #runCommand: RunCommand;
  constructor(trial: Trial, runCommand: RunCommand) {
    this.trial = trial;
    this.#runCommand = runCommand;
  }

  /** Runs a text within the script. Which gate of it answers first is the one that the trial is about. */
  within(tree: Node, state: State, row: number): readonly State[] {
    const outer = { trial: this.trial, row: this.row };
    this.trial = { ...this.trial, site: this.trial.site === 'none' ? 'none' : 'first' };
    this.row = row;
    try {
      return this.sequence(tree.children, [state], false);
    } finally {
      this.trial = outer.trial;
      this.row = outer.row;
    }
  }

  rowOf(node: Node): number {
    return this.row ?? node.startPosition.row;
  }

  notUnderstood(node: Node, what: string): void {
    this.seen.push({ kind: 'not-understood', row: this.rowOf(node), what });
  }

  value(node: Node, state: State): string | undefined {
    return valueOf(node, state, this.trial.decision);
  }

  /** One after the other, until something leaves. @param asked whether `set -e` is off: the outcome is a condition */
  sequence(nodes: readonly Node[], from: readonly State[], asked: boolean): readonly State[] {
    let states = from;
    for (const [index, node] of nodes.entries()) {
      if (!node.isNamed || node.type === 'comment') continue;
      const waits = nodes[index + 1]?.type !== '&';
      states = this.#each(states, (state) =>
        waits
          ? this.run(node, state, asked).map((end) => (asked ? end : endsHere(end)))
          : this.#apart(node, state, true).map((end) => ({ ...end, status: 0 })),
      );
    }
    return states;
  }

  run(node: Node, state: State, asked: boolean): readonly State[] {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS || this.#depth > 60) {
      if (this.#steps !== Infinity) this.notUnderstood(node, 'it has too many ways through it');
      this.#steps = Infinity;
      return [{ ...state, status: undefined }];
    }
    this.#depth += 1;
    try {
      return distinct(this.#run(node, state, asked));
    } finally {
      this.#depth -= 1;
    }
  }

  #run(node: Node, state: State, asked: boolean): readonly State[] {
    switch (node.type) {
      case 'program':
      case 'do_group':
      case 'else_clause':
        return this.sequence(node.children, [{ ...state, status: state.status }], asked);
      case 'compound_statement':
        return node.children[0]?.type === '(('
          ? this.#condition(
              truthOf(node.namedChildren[0] ?? node, (word) => this.value(word, state)),
              state,
            )
          : this.sequence(node.children, [state], asked);
      case 'subshell':
        return this.#apart(node, state, asked);
      case 'list':
        return this.#list(node, state, asked);
      case 'negated_command':
        return this.#each([state], (one) => this.run(node.namedChildren[0] ?? node, one, true)).map((end) =>
          end.leaving ? end : { ...end, status: inverted(end.status), asked: true },
        );
      case 'pipeline':
        return this.#pipeline(node, state);
      case 'redirected_statement':
        return this.#redirected(node, state, asked);
      case 'if_statement':
        return this.#if(node, state, asked);
      case 'case_statement':
        return this.#case(node, state, asked);
      case 'while_statement':
      case 'for_statement':
      case 'c_style_for_statement':
        return this.#loop(node, state, asked);
      case 'function_definition': {
        const body = node.childForFieldName('body');
        if (body !== null) this.functions.set(node.childForFieldName('name')?.text ?? '', body);
        return [{ ...state, status: 0, asked: false }];
      }
      case 'test_command': {
        const inner = node.namedChildren[0];
        return this.#condition(
          inner === undefined ? undefined : truthOf(inner, (word) => this.value(word, state)),
          this.substituted(node, state, asked),
        );
      }
      case 'ERROR':
        this.notUnderstood(node, 'it is no shell that could be read');
        return [{ ...state, status: undefined }];
      default:
        return this.#runCommand(this, node, state, asked);
    }
  }

  /** Runs what `$( … )` in a command holds, and keeps what it tells besides its output and status. */
  substituted(node: Node, state: State, asked: boolean): State {
    const inner = substitutions(node);
    if (inner.length === 0) return state;
    const ends = inner.flatMap((one) => this.#apart(one, { ...state, errexit: false }, asked));
    return {
      ...state,
      answered: state.answered || ends.some(({ answered }) => answered),
      tookBack: state.tookBack || ends.some(({ tookBack }) => tookBack),
    };
  }

  /** In a shell of its own: what it sets is gone afterwards, and `exit` ends it alone. */
  #apart(node: Node, state: State, asked: boolean): readonly State[] {
    const inside = node.type === 'subshell' || node.type === 'command_substitution' ? node.children : [node];
    return this.sequence(inside, [{ ...state, traps: new Map() }], asked).map((end) => ({
      ...state,
      status: end.status,
      asked: false,
      answered: end.answered,
      tookBack: end.tookBack,
    }));
  }

  /** The ways that the status of a substitution leaves open, for an assignment. */
  ofSubstitution(node: Node, state: State, asked: boolean): readonly State[] {
    const { errexit } = state;
    return this.#apart(node, { ...state, errexit: false }, asked).map((end) => ({ ...end, errexit }));
  }

  #list(node: Node, state: State, asked: boolean): readonly State[] {
    const [left, operator, right] = node.children;
    if (left === undefined || right === undefined) return [{ ...state, status: undefined }];
    const goesOn = operator?.type === '&&';
    return this.#each(this.run(left, state, true), (end) => {
      if (end.leaving) return [end];
      const skipped: State = { ...end, asked: true };
      if (end.status === undefined) {
        const status = goesOn ? 0 : 1;
        return [{ ...skipped, status: goesOn ? 1 : 0 }, ...this.run(right, { ...end, status }, asked)];
      }
      return (end.status === 0) === goesOn ? this.run(right, end, asked) : [skipped];
    });
  }

  #pipeline(node: Node, state: State): readonly State[] {
    const parts = node.namedChildren.filter(({ type }) => type !== 'comment');
    let ways: readonly { readonly state: State; readonly statuses: readonly (number | undefined)[] }[] = [
      { state, statuses: [] },
    ];
    for (const part of parts) {
      ways = ways
        .flatMap((way) =>
          distinct(this.#apart(part, way.state, true)).map((end) => ({
            state: end,
            statuses: [...way.statuses, end.status],
          })),
        )
        .slice(0, MOST_STATES);
    }
    const last = parts.at(-1)?.text ?? '';
    return ways.map(({ state: end, statuses }) => {
      const ofLast =
        asksForGo(last) && end.answered ? (this.trial.decision === 'GO' ? 0 : 1) : statuses.at(-1);
      const broken = state.pipefail ? statuses.findLast((status) => status !== undefined && status !== 0) : 0;
      const vars = new Map(state.vars);
      statuses.forEach((status, index) => vars.set(`PIPESTATUS[${index}]`, status?.toString()));
      return { ...end, vars, status: ofLast === undefined && !broken ? undefined : ofLast || broken || 0 };
    });
  }

  #redirected(node: Node, state: State, asked: boolean): readonly State[] {
    const body = node.childForFieldName('body');
    const rest = node.namedChildren.filter((child) => child.id !== body?.id);
    for (const one of rest.filter(({ text }) => runsGate(text))) {
      if (substitutions(one).some(({ text }) => runsGate(text)))
        this.notUnderstood(one, 'the gate runs inside of a redirection');
    }
    return body === null ? [{ ...state, status: 0 }] : this.run(body, state, asked);
  }

  #condition(truth: Truth, state: State): readonly State[] {
    return [{ ...state, asked: false, status: truth === undefined ? undefined : truth ? 0 : 1 }];
  }

  #if(node: Node, state: State, asked: boolean): readonly State[] {
    const parts = node.children;
    const then = parts.findIndex(({ type }) => type === 'then');
    const bodyEnd = parts.findIndex(({ type }) => ['elif_clause', 'else_clause', 'fi'].includes(type));
    const end = bodyEnd === -1 ? parts.length : bodyEnd;
    const others = parts.slice(end).filter(({ type }) => type === 'elif_clause' || type === 'else_clause');
    const states = this.sequence(parts.slice(1, then), [state], true);
    return this.#each(states, (reached) => {
      const [yes, no] = waysOf(reached);
      return [
        ...yes.flatMap((one) => this.sequence(parts.slice(then + 1, end), [one], asked)),
        ...no.flatMap((one) => this.#otherwise(others, one, asked)),
      ];
    });
  }

  #otherwise([first, ...rest]: readonly Node[], state: State, asked: boolean): readonly State[] {
    if (first === undefined) return [{ ...state, status: 0, asked: false }];
    if (first.type === 'else_clause') return this.sequence(first.children, [state], asked);
    const then = first.children.findIndex(({ type }) => type === 'then');
    return this.#each(this.sequence(first.children.slice(1, then), [state], true), (reached) => {
      const [yes, no] = waysOf(reached);
      return [
        ...yes.flatMap((one) => this.sequence(first.children.slice(then + 1), [one], asked)),
        ...no.flatMap((one) => this.#otherwise(rest, one, asked)),
      ];
    });
  }

  #case(node: Node, state: State, asked: boolean): readonly State[] {
    const word = node.childForFieldName('value');
    const value = word === null ? undefined : this.value(word, state);
    const ends: State[] = [];
    for (const item of node.namedChildren.filter(({ type }) => type === 'case_item')) {
      const close = item.children.findIndex(({ type }) => type === ')');
      const patterns = item.children.slice(0, close).filter(({ isNamed }) => isNamed);
      const texts = patterns.map(
        (one) => this.value(one, state) ?? (one.type === 'extglob_pattern' ? one.text : undefined),
      );
      const all = texts.includes('*');
      const hit = all
        ? true
        : value === undefined || texts.some((text) => text === undefined)
          ? undefined
          : texts.some((text) => matches(value, text ?? ''));
      if (hit === false) continue;
      ends.push(...this.sequence(item.children.slice(close + 1), [{ ...state, status: 0 }], asked));
      if (hit) return ends;
    }
    return [...ends, { ...state, status: 0, asked: false }];
  }

  #loop(node: Node, state: State, asked: boolean): readonly State[] {
    const body = node.childForFieldName('body');
    const until = node.children[0]?.type === 'until';
    const isWhile = node.type === 'while_statement';
    const condition = node.children.slice(
      1,
      node.children.findIndex(({ id }) => id === body?.id),
    );
    const name = node.type === 'for_statement' ? node.childForFieldName('variable')?.text : undefined;
    const left: State[] = [];
    let states: readonly State[] = [state];
    for (let round = 0; round < MOST_ROUNDS && states.length > 0 && body !== null; round += 1) {
      const entered = isWhile
        ? this.#each(this.sequence(condition, states, true), (end) => {
            if (end.leaving) return [end];
            const [yes, no] = until ? [...waysOf(end)].reverse() : waysOf(end);
            left.push(...(no ?? []).map((one): State => ({ ...one, status: 0, asked: false })));
            return yes ?? [];
          })
        : states.map((one): State => {
            if (round > 0) left.push(one);
            return name === undefined ? one : { ...one, vars: new Map(one.vars).set(name, undefined) };
          });
      const next: State[] = [];
      for (const end of entered.flatMap((one) => (one.leaving ? [one] : this.run(body, one, asked)))) {
        if (end.leaving === 'break') left.push({ ...end, leaving: undefined });
        else if (end.leaving === 'continue') next.push({ ...end, leaving: undefined });
        else if (end.leaving) left.push(end);
        else next.push(end);
      }
      states = distinct(next);
    }
    // A loop of `while` that still goes on does so for ever; one over a list ends.
    return isWhile ? left : [...left, ...states];
  }

  #each(states: readonly State[], then: (state: State) => readonly State[]): readonly State[] {
    const ends = distinct(states.flatMap((state) => (state.leaving ? [state] : then(state))));
    return ends.slice(0, MOST_STATES);
  }
}

/** `set -e`, after one command. */
function endsHere(state: State): State {
  if (state.leaving || !state.errexit || state.asked) return state;
  if (state.status === undefined) return { ...state, status: 0 };
  return state.status === 0 ? state : { ...state, leaving: 'exit' };
}

/** The states in which a condition held, and those in which it did not. */
function waysOf(state: State): readonly [readonly State[], readonly State[]] {
  if (state.leaving) return [[state], []];
  if (state.status === undefined) return [[{ ...state, status: 0 }], [{ ...state, status: 1 }]];
  return state.status === 0 ? [[state], []] : [[], [state]];
}

function inverted(status: number | undefined): number | undefined {
  return status === undefined ? undefined : status === 0 ? 1 : 0;
}
