/** The keys of a dotted path, such as `data.0.count`; none of `$`, which is the document itself. */
export function keysOfPath(path: string): readonly string[] {
  return path === '$' ? [] : path.replace(/^\$\./, '').split('.');
}

/**
 * The keys of a JSON pointer, such as `/data/0/count` (RFC 6901).
 * @param decode of a pointer that is a part of an address, its escapes, which come before those of pointers
 */
export function keysOfPointer(
  pointer: string,
  decode: (key: string) => string = (key) => key,
): readonly string[] {
  const keys = pointer === '' ? [] : pointer.slice(1).split('/');
  return keys.map((key) => decode(key).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands under one key, which must be the document's own: what every object inherits is no part of it. */
export function valueUnder(at: unknown, key: string): unknown {
  return typeof at === 'object' && at !== null && Object.hasOwn(at, key)
    ? (at as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** What stands at the end of these keys; undefined where they lead nowhere. */
export function valueAtKeys(body: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(valueUnder, body);
}

/** What stands at a dotted path. */
export function valueAt(body: unknown, path: string): unknown {
  return valueAtKeys(body, keysOfPath(path));
}
