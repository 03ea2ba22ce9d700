/** An address or a name from the environment; the default is what the cut-over document names. */
export function env(name: string, otherwise: string): string {
  const value = process.env[name];
  return value === undefined || value === '' ? otherwise : value;
}

/**
 * When the last swap was complete, as the pipeline tells. Where nobody says it, a moment that has not come: then levels are
 * unknown, and not those of the release that was swapped out, which made most requests of the last hour.
 */
export const SWAPPED_AT = env('MHP_SWAPPED_AT', '9999-12-31T00:00:00Z');
