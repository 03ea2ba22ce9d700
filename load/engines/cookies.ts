/** Remembers the cookies of one iteration: name and value only, because an iteration talks to one origin for seconds. */
export class IterationCookies {
  readonly #values = new Map<string, string>();

  /** Takes in the `set-cookie` headers of an answer. */
  remember(setCookie: readonly string[]): void {
    for (const line of setCookie) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      if (at < 1) continue;
      const name = pair.slice(0, at).trim();
      if (attributes.some((text) => /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(text))) this.#values.delete(name);
      else this.#values.set(name, pair.slice(at + 1).trim());
    }
  }

  /** The value for a `cookie` header, or undefined when there is nothing to send. */
  header(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
