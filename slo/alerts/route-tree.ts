import { z } from 'zod';

/** A route of Alertmanager, as its configuration has it. */
export interface Route {
  readonly receiver?: string | undefined;
  readonly match?: Readonly<Record<string, string>> | undefined;
  readonly match_re?: Readonly<Record<string, string>> | undefined;
  readonly matchers?: readonly string[] | undefined;
  readonly continue?: boolean | undefined;
  /** Names of times at which nobody is told, and of those at which alone somebody is. */
  readonly mute_time_intervals?: readonly string[] | undefined;
  readonly active_time_intervals?: readonly string[] | undefined;
  readonly routes?: readonly Route[] | undefined;
}

const Words = z.record(z.string(), z.coerce.string());
const Names = z
  .array(z.string())
  .nullish()
  .transform((one) => one ?? undefined);
/** The part of a configuration that says who is told. */
export const Route: z.ZodType<Route> = z.object({
  receiver: z.string().optional(),
  match: Words.nullish().transform((one) => one ?? undefined),
  match_re: Words.nullish().transform((one) => one ?? undefined),
  matchers: Names,
  continue: z.boolean().optional(),
  mute_time_intervals: Names,
  active_time_intervals: Names,
  get routes() {
    return z
      .array(Route)
      .nullish()
      .transform((one) => one ?? undefined);
  },
});

/** Who is told of an alert, and what that rests on. */
export interface Routed {
  readonly receivers: readonly string[];
  /** Labels that routes on the way ask for, and that nobody said whether the alert has. */
  readonly guessed: readonly string[];
  /** Names of times by which it depends on the hour whether anybody is told. */
  readonly timed: readonly string[];
}

/**
 * Who is told of an alert with these labels, by the rules of Alertmanager: the first child that matches takes it, and the
 * next ones only where it says `continue`; a route without such a child keeps it. A label that an alert has not is an empty
 * text. Pure.
 * @throws Error for matchers that cannot be read
 */
export function receiversOf(labels: Readonly<Record<string, string>>, root: Route): Routed {
  const guessed = new Set<string>();
  const timed = new Set<string>();
  const visit = (route: Route, inherited: string): readonly string[] => {
    const receiver = route.receiver ?? inherited;
    const found: string[] = [];
    let taken = false;
    for (const child of route.routes ?? []) {
      if (!matches(child, labels, guessed)) continue;
      taken = true;
      found.push(...visit(child, receiver));
      if (child.continue !== true) break;
    }
    if (taken) return found;
    // Of the route that keeps it alone: those below do not inherit them.
    for (const name of [...(route.mute_time_intervals ?? []), ...(route.active_time_intervals ?? [])])
      timed.add(name);
    return [receiver];
  };
  const receivers = [...new Set(visit(root, ''))];
  return { receivers, guessed: [...guessed], timed: [...timed] };
}

/** Holds an alert against one label: `severity`, `=~`, `critical|page`. */
export interface Matcher {
  readonly label: string;
  /** `=`, `!=`, `=~` or `!~`. */
  readonly operator: string;
  readonly value: string;
}

/** Whether an alert with these labels has what a matcher wants; a label that it has not is an empty text. @throws Error */
export function matcherHolds(
  { label, operator, value }: Matcher,
  labels: Readonly<Record<string, string>>,
): boolean {
  const has = Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
  const same = operator.endsWith('~') ? expression(value).test(has) : has === value;
  return operator.startsWith('!') ? !same : same;
}

function matches(route: Route, labels: Readonly<Record<string, string>>, guessed: Set<string>): boolean {
  const all: Matcher[] = [
    ...Object.entries(route.match ?? {}).map(([label, value]) => ({ label, operator: '=', value })),
    ...Object.entries(route.match_re ?? {}).map(([label, value]) => ({ label, operator: '=~', value })),
    ...(route.matchers ?? []).flatMap(parseMatchers),
  ];
  const holds = (one: Matcher): boolean => matcherHolds(one, labels);
  const known = all.filter(({ label }) => Object.hasOwn(labels, label));
  // What is known to differ decides, whatever the others say.
  if (!known.every(holds)) return false;
  const open = all.filter((one) => !known.includes(one));
  for (const { label } of open) guessed.add(label);
  return open.every(holds);
}

const ONE =
  /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^",{}\s][^",{}]*|)\s*(?:,|$)/;

/** `severity="critical"`, `{a="b", c=~"d|e"}`, and values without quotes. @throws Error */
function parseMatchers(text: string): Matcher[] {
  let rest = text.trim().replace(/^\{/, '').replace(/\}$/, '');
  const found: Matcher[] = [];
  while (rest.trim() !== '') {
    const [all = '', label = '', operator = '', value = ''] = ONE.exec(rest) ?? [];
    if (all === '') throw new Error(`the matcher ${text} of a route cannot be read`);
    found.push({
      label,
      operator,
      value: value.startsWith('"') ? unescaped(value.slice(1, -1)) : value.trim(),
    });
    rest = rest.slice(all.length);
  }
  return found;
}

/** Alertmanager knows the escapes of quotes, of backslashes and of a new line; before anything else a backslash stays. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(["\\n])/g, (_all, one: string) => (one === 'n' ? '\n' : one));
}

/** What the expressions of Alertmanager (RE2) know, and ours would read as something else without a word. */
const OF_RE2 = /\\[AzQEpPCa]|\[:\^?\w+:\]/;

/** @throws Error for an expression that is another one here */
function expression(text: string): RegExp {
  if (OF_RE2.test(text)) throw new Error(`the expression ${text} of a route cannot be read`);
  return new RegExp(`^(?:${text})$`);
}
