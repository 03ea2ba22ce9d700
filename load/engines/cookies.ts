/**
 * Remembers the cookies of one iteration: name and value only, because an iteration talks to one origin for seconds. One
 * that is over when it comes is how a server takes a cookie back.
 */
export class IterationCookies {
  readonly #values = new Map<string, string>();

  /** Takes in the `set-cookie` headers of an answer. */
  remember(setCookie: readonly string[]): void {
    for (const line of setCookie) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      if (at < 1) continue;
      const name = pair.slice(0, at).trim();
      if (isOver(attributes)) this.#values.delete(name);
      else this.#values.set(name, pair.slice(at + 1).trim());
    }
  }

  /** The value for a `cookie` header, or undefined when there is nothing to send. */
  header(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** `Max-Age` goes before `Expires`; of several the last one counts, and what cannot be read is as if it were not there. */
function isOver(attributes: readonly string[]): boolean {
  const last = (name: RegExp): string | undefined =>
    attributes.flatMap((text) => name.exec(text)?.[1] ?? []).at(-1);
  const maxAge = last(/^\s*max-age\s*=\s*(-?\d+)\s*$/i);
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = Date.parse(last(/^\s*expires\s*=\s*(.+?)\s*$/i) ?? '');
  return expires <= Date.now();
}
