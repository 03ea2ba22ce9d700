/** A map that forgets its oldest entries, so that a load run cannot eat the machine. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }
  get(key: string): V | undefined {
    return this.#entries.get(key);
  }
  set(key: string, value: V): void {
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }
  delete(key: string): boolean {
    return this.#entries.delete(key);
  }
  /** Newest first. */
  newestFirst(): V[] {
    return [...this.#entries.values()].reverse();
  }
}
