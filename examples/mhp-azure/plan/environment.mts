/** An address or a name from the environment; the default is what the cut-over document names. */
export function env(name: string, otherwise: string): string {
  const value = process.env[name];
  return value === undefined || value === '' ? otherwise : value;
}
