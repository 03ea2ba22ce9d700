import { mustBeAddresses } from '../data/two-databases.ts';

/** A database and the environment variable by which a plan names it. */
export interface NamedDatabase {
  readonly address: string;
  readonly variable: string;
  /** Whether the variable holds the address already. */
  readonly isSet: boolean;
}

export interface NamedDatabases {
  readonly old: NamedDatabase;
  readonly new: NamedDatabase;
}

const USUAL = { old: 'OLD_DATABASE_URL', new: 'NEW_DATABASE_URL' } as const;

/**
 * The databases that the command line names, by an address or by the name of a variable that holds it. A plan never holds
 * an address: it may hold a password.
 * @returns every problem, in words, for what is none
 */
export function databaseArguments(
  options: { readonly old?: string; readonly new?: string },
  env: NodeJS.ProcessEnv,
): { readonly databases: NamedDatabases | undefined; readonly problems: readonly string[] } {
  if (options.old === undefined && options.new === undefined) return { databases: undefined, problems: [] };
  const problems: string[] = [];
  const of = (side: 'old' | 'new'): NamedDatabase | undefined => {
    const given = options[side];
    if (given === undefined) {
      problems.push(`--${side} is missing: the tables of both databases are looked at`);
      return undefined;
    }
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(given)) {
      const address = env[given];
      if (address === undefined || address === '') {
        problems.push(`--${side}: the environment has no variable ${given}`);
        return undefined;
      }
      return { address, variable: given, isSet: true };
    }
    const holder = Object.entries(env).find(
      ([name, value]) => value === given && /^[A-Z_][A-Z0-9_]*$/.test(name),
    )?.[0];
    return { address: given, variable: holder ?? USUAL[side], isSet: holder !== undefined };
  };
  const [old, next] = [of('old'), of('new')];
  if (old === undefined || next === undefined) return { databases: undefined, problems };
  const databases = { old, new: next };
  try {
    mustBeAddresses({ old: old.address, new: next.address }, { oldMayBeMysql: true });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return { databases, problems };
}
