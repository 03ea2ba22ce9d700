import { type ObservePort, PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordLookup, RecordsQuery } from '../../../contract/ports/records.ts';
import type { RecordsSource } from '../../../contract/plan/target.ts';
import { resolveSecret } from '../../../safety/secrets.ts';
import { dynamoDbLookup } from './dynamodb.ts';
import { httpLookup } from './http.ts';
import { mysqlLookup } from './mysql.ts';
import { postgresLookup } from './postgres.ts';

const adapters: {
  readonly [A in RecordsSource['adapter']]: (source: Extract<RecordsSource, { adapter: A }>) => RecordLookup;
} = {
  postgres: (source) => postgresLookup(resolveSecret(source.url)),
  mysql: (source) => mysqlLookup(resolveSecret(source.url)),
  dynamodb: ({ region, endpoint }) => dynamoDbLookup({ region, endpoint }),
  http: (source) =>
    httpLookup(
      source.url,
      Object.fromEntries(Object.entries(source.headers).map(([name, value]) => [name, resolveSecret(value)])),
    ),
  custom: (source) => source.reader,
};

/** The store of rows of one side, as the plan names it. Nothing is connected before the first look. */
export function openLookup(source: RecordsSource): RecordLookup {
  // The key picks the function for exactly this member of the union; TypeScript cannot follow that.
  return (adapters[source.adapter] as (source: RecordsSource) => RecordLookup)(source);
}

/** Both sides of a target as one port: a query says which side it means, and the new one is the default. */
export function openRecords(sides: {
  readonly old: RecordsSource | undefined;
  readonly new: RecordsSource | undefined;
}): ObservePort<'records'> {
  const opened = new Map<'old' | 'new', RecordLookup>();
  const lookup = (side: 'old' | 'new'): RecordLookup => {
    const before = opened.get(side);
    if (before) return before;
    const source = sides[side];
    if (!source) {
      const key = side === 'old' ? 'target.old.records' : 'target.records';
      throw new PortUnavailable('records', `the ${side} side has no database`, `add ${key} to the plan`);
    }
    const fresh = openLookup(source);
    opened.set(side, fresh);
    return fresh;
  };
  return {
    find: async ({ side, ...query }) => {
      refuseLostValues(query.where);
      const answer = await lookup(side ?? 'new').find(query);
      return answer.rows.length > 0 ? answer : null;
    },
    async ready() {
      for (const side of ['old', 'new'] as const) if (sides[side]) await lookup(side).ready();
    },
    close: async () => {
      await Promise.all([...opened.values()].map((open) => open.close()));
    },
  };
}

/** JSON and most readers drop what is undefined, and a look-up that lost its condition finds any row. @throws PortUnavailable */
function refuseLostValues(where: RecordsQuery['where']): void {
  const lost = Object.keys(where).find((column) => where[column] === undefined);
  if (lost !== undefined)
    throw new PortUnavailable('records', `where.${lost} is undefined`, 'give a value, or null');
}
