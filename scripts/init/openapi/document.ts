/** An OpenAPI document: what was read, and which version of the format it says it is. */
export interface OpenapiDocument {
  readonly root: Readonly<Record<string, unknown>>;
  /** As written: `3.1.0`, `2.0`. */
  readonly version: string;
  /** `2`, `3.0` or `3.1`: what decides how it is read. */
  readonly dialect: '2' | '3.0' | '3.1';
}

/**
 * Reads a document from its text, JSON or YAML.
 * @returns why it is none, in words, for anything else
 */
export async function readOpenapi(text: string): Promise<OpenapiDocument | { readonly problem: string }> {
  let root: unknown;
  try {
    root = /^\s*\{/.test(text) ? JSON.parse(text) : await readYaml(text);
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { problem: `it is neither JSON nor YAML: ${line}` };
  }
  return openapiOf(root);
}

/** The same for a document that is parsed already. */
export function openapiOf(root: unknown): OpenapiDocument | { readonly problem: string } {
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return { problem: 'it is no object' };
  const fields = root as Record<string, unknown>;
  const said = fields['openapi'] ?? fields['swagger'];
  // YAML reads an unquoted 3.0 or 2.0 as a number.
  const version = typeof said === 'number' ? said.toFixed(1) : said;
  if (typeof version !== 'string') return { problem: 'it has neither "openapi" nor "swagger" at its top' };
  if (typeof fields['paths'] !== 'object' || fields['paths'] === null)
    return { problem: `it is OpenAPI ${version}, and has no "paths"` };
  const dialect = /^2\./.test(version)
    ? '2'
    : /^3\.0\b/.test(version)
      ? '3.0'
      : /^3\./.test(version)
        ? '3.1'
        : undefined;
  if (dialect === undefined) return { problem: `it is OpenAPI ${version}; 2.0, 3.0 and 3.1 can be read` };
  return { root: fields, version, dialect };
}

async function readYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(text, { maxAliasCount: 1000 }) as unknown;
}

/** What a local reference (`#/components/schemas/Pet`) leads to; undefined for any other, and where it leads nowhere. */
export function resolvePointer(root: unknown, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .map((part) => unescaped(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      root,
    );
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
