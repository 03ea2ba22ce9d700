/** Form fields with brackets, unfolded: `metadata[order]=42` becomes `{ metadata: { order: '42' } }`. */
export interface FormFields {
  [name: string]: string | FormFields;
}

const DEEPEST = 8;

/**
 * Reads what Stripe's clients send as a query or a body. Lists stay objects with the keys "0", "1"...: only the
 * receiver knows whether `0` is an index or somebody's metadata key. `a[]=x&a[]=y` is numbered in order.
 * @throws Error on brackets that don't match, or a name used both as a value and as a group
 */
export function parseForm(text: string): FormFields {
  const root = group();
  for (const [name, value] of new URLSearchParams(text)) put(root, pathOf(name), value, name);
  return root;
}

/** `metadata[order][id]` -> metadata, order, id */
function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) throw new Error(`Invalid parameter name: ${name}`);
  const inner = Array.from((match[2] ?? '').matchAll(/\[([^[\]]*)\]/g), (part) => part[1] ?? '');
  if (inner.length >= DEEPEST) throw new Error(`Parameter nested too deeply: ${name}`);
  return [match[1] ?? '', ...inner];
}

function put(root: FormFields, path: readonly string[], value: string, name: string): void {
  let at = root;
  path.forEach((part, index) => {
    const key = part === '' ? String(Object.keys(at).length) : part;
    const there = at[key];
    if (index === path.length - 1) {
      if (typeof there === 'object') throw new Error(`Parameter is both a value and a group: ${name}`);
      at[key] = value;
      return;
    }
    if (typeof there === 'string') throw new Error(`Parameter is both a value and a group: ${name}`);
    const next = there ?? group();
    at[key] = next;
    at = next;
  });
}

/** Without a prototype, so that `metadata[__proto__]` is a name like any other. */
function group(): FormFields {
  return Object.create(null) as FormFields;
}
