import { Unavailable } from '../contract/cannot-tell.ts';
import { PortUnavailable } from '../contract/ports/observe.ts';
import type { RecordsSource } from '../contract/plan/target.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { isLostConnection } from './postgres/session.ts';

/** Both databases of a plan, as an engine connects to them. */
export interface Connection {
  /** Undefined where old is no database of the target. */
  readonly old: RecordsSource | undefined;
  readonly new: RecordsSource;
  readonly statementTimeoutMs: number;
}

/** The address of a PostgreSQL database. */
export function postgresAddress(source: RecordsSource | undefined): string {
  // The plan was checked for this; a plan that was not must not be compared by half.
  if (source?.adapter !== 'postgres')
    throw new Error(`"${source?.adapter ?? 'nothing'}" is no PostgreSQL database`);
  return resolveSecret(source.url);
}

/** The error of a side that can't be asked; undefined for every other error. */
export function unavailable(error: unknown): PortUnavailable | undefined {
  // It has been said already, and of which database.
  if (error instanceof PortUnavailable) return error;
  if (!(error instanceof Unavailable) && !isLostConnection(error)) return undefined;
  const side = error instanceof Unavailable && error.side !== undefined ? `the ${error.side} database: ` : '';
  return new PortUnavailable(
    'records',
    `${side}${error instanceof Error ? error.message : String(error)}`,
    'Check that both databases run, that their addresses and roles are right, and that this host may connect.',
    { cause: error },
  );
}
