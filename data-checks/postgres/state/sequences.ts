import { quoteLiteral } from '../names.ts';
import { oneByOne, RELATION_NAME, type Source, USER_RELATIONS } from './sources.ts';
import type { StateRow } from './state.ts';

interface UseRow {
  readonly sequence: string;
  readonly relation: string;
  /** Quoted where SQL needs it, as all names here. */
  readonly column: string;
  readonly type: string;
  readonly step: string;
  readonly most: string;
  readonly least: string;
}

/** Columns that own a sequence, and columns whose default only uses one: those are forgotten most often. */
const USES = `select distinct pg_catalog.format('%I.%I', sn.nspname, s.relname) as sequence, ${RELATION_NAME} as relation,
    pg_catalog.quote_ident(a.attname) as column, pg_catalog.format_type(a.atttypid, null) as type,
    q.seqincrement::text as step, q.seqmax::text as most, q.seqmin::text as least
  from (
    select d.objid as sequence, d.refobjid as relation, d.refobjsubid as number from pg_catalog.pg_depend d
     where d.classid = 'pg_catalog.pg_class'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
       and d.deptype in ('a', 'i') and d.refobjsubid > 0
    union
    select d.refobjid, f.adrelid, f.adnum from pg_catalog.pg_depend d join pg_catalog.pg_attrdef f on f.oid = d.objid
     where d.classid = 'pg_catalog.pg_attrdef'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
  ) u
  join pg_catalog.pg_sequence q on q.seqrelid = u.sequence
  join pg_catalog.pg_class s on s.oid = u.sequence join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
  join ${USER_RELATIONS} on c.oid = u.relation and c.relkind in ('r', 'p') and not c.relispartition
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.number
  order by 1, 2, 3`;

/** The largest values of the column types that a sequence can run out of before it ends itself. */
const TYPE_LIMITS: Readonly<Record<string, bigint>> = {
  smallint: 32_767n,
  integer: 2_147_483_647n,
  bigint: 9_223_372_036_854_775_807n,
};

/** Every sequence that a column uses: its next value must be beyond what the column holds. */
export const sequences: Source = async (session) => {
  const { client } = session;
  const { rows: uses } = await client.query<UseRow>(USES);
  const result: StateRow[] = [];
  for await (const use of oneByOne(session, uses)) {
    const object = `${use.relation}.${use.column}`;
    if (TYPE_LIMITS[use.type] === undefined && use.type !== 'numeric') {
      result.push({
        object,
        minor: true,
        problem: `is ${use.type}, so ${use.sequence} can't be compared with it`,
        remedy: 'Compare the next value of the sequence with the column by hand',
      });
      continue;
    }
    const upward = !use.step.startsWith('-');
    const furthest = upward ? 'max' : 'min';
    const { rows } = await client.query<{ last: string; called: boolean; furthest: string | null }>(
      `select s.last_value::text as last, s.is_called as called,
        (select ${furthest}(${use.column})::numeric::text from ${use.relation}) as furthest from ${use.sequence} s`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`the sequence ${use.sequence} has no state`);
    result.push({ object, ...judgeSequence(use, upward, row) });
  }
  return result;
};

function judgeSequence(
  use: UseRow,
  upward: boolean,
  row: { readonly last: string; readonly called: boolean; readonly furthest: string | null },
): Omit<StateRow, 'object'> {
  const next = BigInt(row.last) + (row.called ? BigInt(use.step) : 0n);
  const { column } = use;
  const furthest = row.furthest === null ? undefined : BigInt(row.furthest.split('.')[0] ?? '0');
  if (furthest !== undefined && (upward ? next <= furthest : next >= furthest)) {
    const end = upward ? 'max' : 'min';
    return {
      problem: `already holds ${furthest}, and ${use.sequence} gives ${next} next`,
      remedy: `select setval(${quoteLiteral(use.sequence)}, (select ${end}(${column}) from ${use.relation}));`,
    };
  }
  const limit = least(BigInt(use.most), TYPE_LIMITS[use.type]);
  if (upward && limit > 0n && (limit - next) * 10n < limit) {
    return {
      // A sequence that is nearly used up was so before the move, too.
      minor: next <= limit,
      problem: `can hold nothing beyond ${limit}, and ${use.sequence} gives ${next} next`,
      remedy: `alter table ${use.relation} alter column ${column} type bigint; alter sequence ${use.sequence} as bigint;`,
    };
  }
  return { problem: null };
}

function least(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a < b ? a : b;
}
