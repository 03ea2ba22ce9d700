import type { Verdict } from '../../contract/verdict.ts';

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
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
