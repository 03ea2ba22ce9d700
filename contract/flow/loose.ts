/** An object of which nothing is known yet. */
export type Loose = Readonly<Record<string, unknown>>;

/** The value as an object to look into; empty when it is none. */
export function object(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** The value as a list; empty when it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
