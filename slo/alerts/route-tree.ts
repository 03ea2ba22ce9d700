import { z } from 'zod';

/** A route of Alertmanager, as its configuration has it. */
export interface Route {
  readonly receiver?: string | undefined;
  readonly match?: Readonly<Record<string, string>> | undefined;
  readonly match_re?: Readonly<Record<string, string>> | undefined;
  readonly matchers?: readonly string[] | undefined;
  readonly continue?: boolean | undefined;
  readonly routes?: readonly Route[] | undefined;
}

const Words = z.record(z.string(), z.coerce.string());
/** The part of a configuration that says who is told. */
export const Route: z.ZodType<Route> = z.object({
  receiver: z.string().optional(),
  match: Words.nullish().transform((one) => one ?? undefined),
  match_re: Words.nullish().transform((one) => one ?? undefined),
  matchers: z
    .array(z.string())
    .nullish()
    .transform((one) => one ?? undefined),
  continue: z.boolean().optional(),
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
}

/**
 * Who is told of an alert with these labels, by the rules of Alertmanager: the first child that matches takes it, and the
 * next ones only where it says `continue`; a route without such a child keeps it. A label that an alert has not is an empty
 * text. Pure.
 * @throws Error for matchers that cannot be read
 */
export function receiversOf(labels: Readonly<Record<string, string>>, root: Route): Routed {
  const guessed = new Set<string>();
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
    return taken ? found : [receiver];
  };
  const receivers = [...new Set(visit(root, ''))];
  return { receivers, guessed: [...guessed] };
}

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

function matches(route: Route, labels: Readonly<Record<string, string>>, guessed: Set<string>): boolean {
  const all: Matcher[] = [
    ...Object.entries(route.match ?? {}).map(([label, value]) => ({ label, operator: '=', value })),
    ...Object.entries(route.match_re ?? {}).map(([label, value]) => ({ label, operator: '=~', value })),
    ...(route.matchers ?? []).flatMap(parseMatchers),
  ];
  const holds = ({ label, operator, value }: Matcher): boolean => {
    const has = Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
    const same = operator.endsWith('~') ? expression(value).test(has) : has === value;
    return operator.startsWith('!') ? !same : same;
  };
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
