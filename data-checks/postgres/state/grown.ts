import { oneByOne, RELATION_NAME, type Source, USER_RELATIONS } from './sources.ts';
import type { StateRow } from './state.ts';

interface SequenceRow {
  readonly sequence: string;
  readonly step: string;
  readonly used: boolean;
}

const SEQUENCES = `select ${RELATION_NAME} as sequence, q.seqincrement::text as step,
    exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid
        and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0)
      or exists (select from pg_catalog.pg_depend d where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid
        and d.classid = 'pg_catalog.pg_attrdef'::regclass) as used
  from pg_catalog.pg_sequence q join ${USER_RELATIONS} on c.oid = q.seqrelid order by 1`;

/**
 * Where every sequence goes on. One that no column uses can be compared with nothing but its twin; one that a column
 * uses is compared with the column elsewhere, and giving a number of a deleted row again is only worth a warning.
 */
export const nextValues: Source = async (session) => {
  const { client } = session;
  const { rows: sequences } = await client.query<SequenceRow>(SEQUENCES);
  const result: StateRow[] = [];
  for await (const { sequence, step, used } of oneByOne(session, sequences)) {
    const { rows } = await client.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${sequence}`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`the sequence ${sequence} has no state`);
    const next = BigInt(row.last) + (row.called ? BigInt(step) : 0n);
    result.push({
      object: sequence,
      state: String(next),
      // Downward, the further one is the smaller one.
      mark: step.startsWith('-') ? -next : next,
      minor: used,
      remedy: `select setval('${sequence.replaceAll("'", "''")}', ${next}, false);`,
    });
  }
  return result;
};

interface MomentRow {
  readonly relation: string;
  readonly column: string;
  readonly zoned: boolean;
}

/** Moments at which a row was written, by their default or by their usual names: others may well go backwards. */
const MOMENTS = `select ${RELATION_NAME} as relation, pg_catalog.quote_ident(a.attname) as column, a.atttypid = 'timestamptz'::regtype as zoned
  from ${USER_RELATIONS} join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef f on f.adrelid = c.oid and f.adnum = a.attnum
  where c.relkind in ('r', 'p') and not c.relispartition and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)
    and (a.attname ~* '^(created|inserted|added|placed|recorded|occurred|received|updated|modified|changed)(_|at|on|$)'
      or pg_catalog.pg_get_expr(f.adbin, f.adrelid) ~* '(now|current_timestamp|localtimestamp|clock_timestamp|statement_timestamp)')
  order by 1, 2`;

/** Tables without any such column: of them, nobody can say how fresh they are. */
const TIMELESS = `select ${RELATION_NAME} as relation from ${USER_RELATIONS}
  where c.relkind in ('r', 'p') and not c.relispartition and ${RELATION_NAME} <> all ($1::text[]) order by 1`;

/** When the newest row of each table was written, in UTC. */
export const newestRows: Source = async (session) => {
  const { client } = session;
  const { rows: moments } = await client.query<MomentRow>(MOMENTS);
  const { rows: timeless } = await client.query<{ relation: string }>(TIMELESS, [
    moments.map(({ relation }) => relation),
  ]);
  const result: StateRow[] = timeless.length === 0 ? [] : [withoutMoments(timeless)];
  for await (const { relation, column, zoned } of oneByOne(session, moments)) {
    const { rows } = await client.query<{ newest: string | null }>(
      `select pg_catalog.to_char(max(${column})${zoned ? ` at time zone 'UTC'` : ''}, 'YYYY-MM-DD HH24:MI:SS.US') as newest
        from ${relation} where ${column} < 'infinity' and ${column} >= '0001-01-01'`,
    );
    const newest = rows[0]?.newest ?? null;
    result.push({
      object: `${relation}.${column}`,
      state: newest ?? 'no row',
      mark: newest ?? '',
      remedy: `select * from ${relation} where ${column} > '${newest}'; -- on the old side: the rows that did not arrive`,
    });
  }
  return result;
};

/** Names of tables that one line shows. */
const MOST_NAMES = 20;

function withoutMoments(tables: readonly { readonly relation: string }[]): StateRow {
  const names = tables.slice(0, MOST_NAMES).map(({ relation }) => relation);
  const more = tables.length - names.length;
  const which = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return {
    object: which,
    unjudged: `${tables.length} tables have no column that tells when a row was written: ${which}`,
  };
}
