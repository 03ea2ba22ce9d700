/** Where an identity is made: enough to keep runs, workers, attempts and virtual users apart. */
export interface IdentityScope {
  /** Short run id, lower-case letters and digits. */
  readonly run: string;
  /** Anything unique within the run: `w0-visitor-can-register-r1`, `vu12-i3`. */
  readonly scope: string;
}

/** The prefix of everything synthetic, so that people and queries recognise it. */
export const SYNTHETIC_PREFIX = 'gl';

/**
 * Makes `ctx.unique()`: `gl-<run>-<scope>-<n>` with a counter, so that it is reproducible and never collides.
 * Only lower-case letters, digits and hyphens: it is valid in a mail address, a host name and an SQL literal.
 */
export function identities(from: IdentityScope): () => string {
  const clean = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  let made = 0;
  return () => `${SYNTHETIC_PREFIX}-${clean(from.run)}-${clean(from.scope)}-${(made += 1)}`;
}
