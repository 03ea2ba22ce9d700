const MOST_LISTED = 10;

/** Collects different faults once each, with how often they came: under load the same one comes thousands of times. */
export class Faults {
  readonly #counts = new Map<string, number>();
  #unlisted = 0;

  add(message: string): void {
    const known = this.#counts.get(message);
    if (known === undefined && this.#counts.size >= MOST_LISTED) this.#unlisted += 1;
    else this.#counts.set(message, (known ?? 0) + 1);
  }

  list(): string[] {
    const lines = [...this.#counts].map(([message, count]) =>
      count === 1 ? message : `${message} (${count} times)`,
    );
    return this.#unlisted === 0 ? lines : [...lines, `${this.#unlisted} more, not listed`];
  }
}
