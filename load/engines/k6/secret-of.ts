import type { K6Modules } from './modules.ts';

/** Reads a secret out of k6's own environment. */
export function secretOf({ env }: Pick<K6Modules, 'env'>): (name: string) => string {
  return (name) => {
    const value = env[name];
    if (value === undefined) throw new Error(`the secret ${name} is not set`);
    return value;
  };
}
