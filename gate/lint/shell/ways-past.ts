import type { GateWords } from '../gate-words.ts';
import type { Line } from '../place.ts';
import { clearsUp, onlySays, runsGate } from './commands.ts';
import { everyNode, type Node, parseShell } from './grammar.ts';
import { commandText, runCommand } from './run-command.ts';
import { firstState, type State } from './state.ts';
import { type Seen, type Trial, Walk } from './walk.ts';

/** How a script goes on although the gate did not answer GO. */
export type PastKind =
  'ignored' | 'lost' | 'pipe' | 'run-again' | 'took-back-on-anything' | 'moved-on' | 'not-understood';

/** One place at which a script lets an answer through, or may do so. */
export interface WayPast {
  readonly kind: PastKind;
  readonly line: number;
  /** Only of what was not understood: what stands there. */
  readonly what?: string;
}

export interface ScriptToWalk {
  readonly raw: readonly Line[];
  readonly strict: boolean;
  readonly pipefail: boolean;
  readonly gate: GateWords;
}

/** Answers that stop a deploy: broken, could not tell, no Greenlight at all, bad usage. Only the first takes traffic back. */
const NO_GO = 10;
const STOPPING = [NO_GO, 20, 1, 64] as const;

/**
 * Follows every way through a script that a gate's answer leaves open: each gate in it, with each answer but GO. A way
 * that ends with 0, or whose end nobody can know, lets the answer through.
 */
export function waysPast(script: ScriptToWalk): readonly WayPast[] {
  const tree = parseShell(script.raw.map(({ text }) => text).join('\n'));
  const nodes = everyNode(tree);
  const written = nodes.filter((node) => node.type === 'command' && namesGate(node, script.gate));
  const lineAt = (row: number): number => script.raw[row]?.line ?? script.raw[0]?.line ?? 1;
  const found: WayPast[] = notFollowed(nodes, script.gate).map(({ row, what }) => ({
    kind: 'not-understood',
    line: lineAt(row),
    what,
  }));
  const first = new Walk({ site: 'none', code: 0, decision: 'GO', gate: script.gate }, runCommand);
  first.sequence(tree.children, [firstState(script)], false);
  const open = new Map(first.met);
  const tried = new Map<number, Node>();
  for (let gate = next(open); gate !== undefined; gate = next(open)) {
    open.delete(gate.id);
    tried.set(gate.id, gate);
    for (const code of STOPPING) {
      const decision = code === NO_GO ? 'NO_GO' : 'INCONCLUSIVE';
      const { ways, met } = tryOne(
        tree,
        gate,
        { site: gate.id, code, decision, gate: script.gate },
        script,
        lineAt,
      );
      found.push(...ways);
      // A gate that only the answer of another one leads to.
      for (const [id, one] of met) if (!tried.has(id)) open.set(id, one);
    }
  }
  if (tried.size === 0 && written.length === 0 && found.length === 0) return [];
  for (const gate of written.filter(({ id }) => !tried.has(id))) {
    const what = `no way through the script leads to \`${gate.text.split('\n')[0]?.slice(0, 60) ?? ''}\``;
    found.push({ kind: 'not-understood', line: lineAt(gate.startPosition.row), what });
  }
  return withoutRepeats(found);
}

function next(open: ReadonlyMap<number, Node>): Node | undefined {
  return open.values().next().value;
}

function namesGate(node: Node, gate: GateWords): boolean {
  const name = node.childForFieldName('name')?.text ?? '';
  return gate.isGate(commandText(node, undefined)) && !onlySays(name) && !isNested(node);
}

/** Within `sh -c '…'` and the like there are no nodes; a gate in a handler of a trap is told with the trap. */
function isNested(node: Node): boolean {
  return /^trap\b/.test(node.text);
}

/** What would keep a gate, or what becomes of it, out of sight; only in scripts that have to do with Greenlight. */
function notFollowed(
  nodes: readonly Node[],
  gate: GateWords,
): readonly { readonly row: number; readonly what: string }[] {
  const [root] = nodes;
  if (root === undefined || !gate.namesExactly(root.text)) return [];
  const row = (node: Node): number => node.startPosition.row;
  const broken = nodes.find((node) => node.isError || node.isMissing);
  const holders = nodes
    .filter(
      ({ type, text }) =>
        type === 'variable_assignment' && /greenlight(?![-\w/.])/.test(text.split('=').slice(1).join('=')),
    )
    .flatMap((node) => node.childForFieldName('name')?.text ?? []);
  const held = nodes.filter(
    (node) =>
      node.type === 'command_name' && holders.some((name) => new RegExp(`\\$\\{?${name}\\b`).test(node.text)),
  );
  const renamed = nodes.filter(({ type, text }) => type === 'command' && /^alias\b.*greenlight/.test(text));
  const given = nodes.filter(({ type, text }) => type === 'heredoc_body' && gate.isGate(text));
  return [
    ...(broken === undefined ? [] : [{ row: row(broken), what: 'this is no shell that could be read' }]),
    ...renamed.map((node) => ({ row: row(node), what: 'a gate that goes by another name is not followed' })),
    ...held.map((node) => ({
      row: row(node),
      what: `\`${node.text}\` stands for a command that is written elsewhere`,
    })),
    ...given.map((node) => ({
      row: row(node),
      what: 'the gate stands in a text that another program may run',
    })),
  ];
}

function tryOne(
  tree: Node,
  gate: Node,
  trial: Trial,
  script: ScriptToWalk,
  lineAt: (row: number) => number,
): { readonly ways: readonly WayPast[]; readonly met: ReadonlyMap<number, Node> } {
  const walk = new Walk(trial, runCommand);
  const ends = walk
    .sequence(tree.children, [firstState(script)], false)
    .flatMap((end) => afterTraps(walk, tree, end));
  const found = walk.seen.flatMap((seen) => pastOf(seen, trial.code, lineAt));
  const passes = ends.some((end) => end.answered && !end.tookBack && (end.status ?? 0) === 0);
  // That curl was not told to fail is a rule of its own.
  const told = script.gate.asks(gate.text) && !runsGate(gate.text) && !script.gate.failsOnRefusal(gate.text);
  if (passes && !told && !found.some(({ kind }) => kind === 'run-again'))
    found.push({ kind: lostAt(gate), line: lineAt(gate.startPosition.row) });
  // What moves on behind an answer that was lost is the same fault.
  const ways = passes ? found.filter(({ kind }) => kind !== 'moved-on') : found;
  return { ways, met: walk.met };
}

function pastOf(seen: Seen, code: number, lineAt: (row: number) => number): readonly WayPast[] {
  const line = lineAt(seen.row);
  switch (seen.kind) {
    case 'not-understood':
      return [{ kind: 'not-understood', line, what: seen.what }];
    case 'ran-again':
      return [{ kind: 'run-again', line }];
    case 'moved-on':
      return [{ kind: 'moved-on', line }];
    case 'took-back':
      return code === NO_GO ? [] : [{ kind: 'took-back-on-anything', line }];
  }
}

/** What `trap` ordered for the end runs whatever the gate said, and may say something else. */
function afterTraps(walk: Walk, tree: Node, end: State): readonly State[] {
  const failed = end.leaving === 'exit' && end.status !== 0 ? end.traps.get('ERR') : undefined;
  const orders = [failed, end.traps.get('EXIT')].filter((order) => order !== undefined);
  return orders.reduce<readonly State[]>(
    (states, order) =>
      states.flatMap((state) => {
        const row = trapRow(tree, order);
        const handler = parseShell(order);
        for (const one of commandsOf(handler, walk)) {
          const name = one.childForFieldName('name')?.text ?? '';
          if (state.answered && !clearsUp(name) && !walk.functions.has(name)) {
            const what = `the trap runs \`${one.text.slice(0, 60)}\` whatever the gate answered`;
            walk.seen.push({ kind: 'not-understood', row, what });
          }
        }
        const start: State = { ...state, leaving: undefined, errexit: false, traps: new Map() };
        return walk.within(handler, start, row).map((after) => ({
          ...after,
          status: after.leaving === 'exit' ? after.status : state.status,
        }));
      }),
    [end],
  );
}

/** The commands of a handler, and those of the functions that it calls. */
function commandsOf(handler: Node, walk: Walk): readonly Node[] {
  const direct = everyNode(handler).filter(({ type }) => type === 'command');
  const called = direct.flatMap((one) => walk.functions.get(one.childForFieldName('name')?.text ?? '') ?? []);
  return [...direct, ...called.flatMap((body) => everyNode(body).filter(({ type }) => type === 'command'))];
}

function trapRow(tree: Node, order: string): number {
  const traps = everyNode(tree).filter(({ type, text }) => type === 'command' && /^trap\b/.test(text));
  return (traps.find(({ text }) => text.includes(order)) ?? traps[0] ?? tree).startPosition.row;
}

/** By the construct around a gate: how its answer got lost. */
function lostAt(gate: Node): PastKind {
  for (let [node, parent] = [gate, gate.parent]; parent !== null; [node, parent] = [parent, parent.parent]) {
    const place = parent.children.findIndex(({ id }) => id === node.id);
    if (parent.children[place + 1]?.type === '&') return 'ignored';
    switch (parent.type) {
      case 'pipeline':
        if (place < parent.children.length - 1) return 'pipe';
        break;
      case 'negated_command':
        if (parent.parent?.type === 'program' || parent.parent?.type === 'compound_statement')
          return 'ignored';
        break;
      case 'list':
        if (place === 0 && parent.children[1]?.type === '||') return 'ignored';
        break;
      case 'command_substitution':
        if (parent.parent?.type !== 'variable_assignment') return 'ignored';
        if (parent.parent.parent?.type === 'declaration_command') return 'ignored';
        break;
      case 'program':
      case 'compound_statement':
      case 'subshell': {
        const next = parent.children.slice(place + 1).find(({ isNamed }) => isNamed);
        if (next?.startPosition.row === node.endPosition.row && /^(?:true|exit\s+0)$/.test(next.text))
          return 'ignored';
        break;
      }
    }
  }
  return 'lost';
}

function withoutRepeats(found: readonly WayPast[]): readonly WayPast[] {
  return [...new Map(found.map((way) => [`${way.kind} ${way.line} ${way.what ?? ''}`, way])).values()];
}
