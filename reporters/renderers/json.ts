import type { Verdict } from '../../contract/verdict/verdict.ts';

/** The bytes of `verdict.json`: keys in one order, two spaces, a line end, so that equal verdicts are equal files. */
export function renderJson(verdict: Verdict): string {
  return `${JSON.stringify(ordered(verdict), null, 2)}\n`;
}

/** What a reader looks for first comes first; everything below the top level is sorted by name. */
const FIRST: readonly (keyof Verdict)[] = ['schema', 'decision', 'reason', 'reasons', 'run', 'subject'];

function ordered(verdict: Verdict): unknown {
  const rest = (Object.keys(verdict) as (keyof Verdict)[]).filter((key) => !FIRST.includes(key)).sort();
  return Object.fromEntries([...FIRST, ...rest].map((key) => [key, sorted(verdict[key])]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  // By code unit, which is the default order of sort.
  const keys = Object.keys(members).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(members[key])]));
}
