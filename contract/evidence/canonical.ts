/**
 * One text for equal values: keys sorted, no white space, functions by their source text, zod schemas and other
 * objects with methods by their own enumerable data. Secrets never take part: a plan holds only their names.
 * `undefined` members are left out, as in JSON.
 */
export function canonicalJson(value: unknown): string {
  return write(value, new Set());
}

function write(value: unknown, above: ReadonlySet<object>): string {
  if (typeof value === 'function') return JSON.stringify(`function:${String(value)}`);
  if (typeof value === 'bigint') return JSON.stringify(`bigint:${value}`);
  if (value instanceof RegExp) return JSON.stringify(`regexp:${String(value)}`);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (above.has(value)) return '"(circular)"';
  const within = new Set(above).add(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, within)).join(',')}]`;
  const source = zodDefinition(value) ?? value;
  const members = Object.entries(source)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${write(member, within)}`);
  return `{${members.join(',')}}`;
}

/** Schemas and their checks (`min`, `regex`) hide machinery behind getters; their definition says all that matters. */
function zodDefinition(value: object): object | undefined {
  const internals = (value as { readonly _zod?: { readonly def?: unknown } })._zod;
  return typeof internals?.def === 'object' && internals.def !== null ? internals.def : undefined;
}
