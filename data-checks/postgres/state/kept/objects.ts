import { notOfExtension, RELATION_NAME, rowsOf, type Source, USER_RELATIONS } from '../sources.ts';
import type { StateRow } from '../state.ts';

/**
 * Publications and what a replica identifies rows by: changed or lost, whoever reads the changes of the new database gets
 * others. Only worth a warning: both are often made for the move itself.
 */
const REPLICATION = `
  select 'replica identity of ' || ${RELATION_NAME} as object, case c.relreplident when 'd' then 'the primary key' when 'f' then 'the whole row' when 'n' then 'nothing'
      else 'the index ' || coalesce((select pg_catalog.pg_get_indexdef(i.indexrelid) from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisreplident), 'that is gone') end as state,
    pg_catalog.format('alter table %s replica identity ...; -- as on the old side', ${RELATION_NAME}) as remedy, true as minor, true as "minorLoss", true as "mayGo"
  from ${USER_RELATIONS} where c.relkind in ('r', 'p')
  union all
  select pg_catalog.format('publication %I', p.pubname), pg_catalog.concat_ws(' ', case when p.puballtables then 'of all tables' end,
      case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end, case when p.pubdelete then 'delete' end,
      case when p.pubtruncate then 'truncate' end, case when p.pubviaroot then 'via root' end),
    'Create the publication as on the old side, or drop it there if it only served the move', true, true, false
  from pg_catalog.pg_publication p where ${notOfExtension('pg_publication', 'p.oid')}`;

/** Tables of a publication; columns and rows of each, and whole schemas, came with 15. */
const PUBLISHED = `
  select pg_catalog.format('publication %I.%s', p.pubname, ${RELATION_NAME}) as object,
    coalesce('columns ' || (select pg_catalog.string_agg(a.attname::text, ', ' order by a.attnum) from pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attnum = any(r.prattrs::int2[])), 'all columns') as state, pg_catalog.pg_get_expr(r.prqual, r.prrelid) as definition,
    pg_catalog.format('alter publication %I add table %s;', p.pubname, ${RELATION_NAME}) as remedy, true as minor, true as "minorLoss"
  from pg_catalog.pg_publication p join pg_catalog.pg_publication_rel r on r.prpubid = p.oid join ${USER_RELATIONS} on c.oid = r.prrelid
  union all
  select pg_catalog.format('publication %I.schema %I', p.pubname, n.nspname), '', null,
    pg_catalog.format('alter publication %I add tables in schema %I;', p.pubname, n.nspname), true, true
  from pg_catalog.pg_publication p join pg_catalog.pg_publication_namespace r on r.pnpubid = p.oid join pg_catalog.pg_namespace n on n.oid = r.pnnspid`;

const PUBLISHED_BEFORE_15 = `
  select pg_catalog.format('publication %I.%s', p.pubname, ${RELATION_NAME}) as object, 'all columns' as state, null as definition,
    pg_catalog.format('alter publication %I add table %s;', p.pubname, ${RELATION_NAME}) as remedy, true as minor, true as "minorLoss"
  from pg_catalog.pg_publication p join pg_catalog.pg_publication_rel r on r.prpubid = p.oid join ${USER_RELATIONS} on c.oid = r.prrelid`;

/** Classes of which it is only asked whether each of their objects is there, under the name that the server gives it. */
const RARE = [
  'pg_cast',
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_collation',
  'pg_conversion',
  'pg_statistic_ext',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_language',
  'pg_am',
  'pg_transform',
];

/** Objects below this id came with the server. */
const FIRST_OF_USERS = 16_384;

const THERE = RARE.map(
  (
    catalog,
  ) => `select pg_catalog.format('%s %s', i.type, i.identity) as object, 'there' as state, 'Create it as on the old side' as remedy
    from pg_catalog.${catalog} x, lateral pg_catalog.pg_identify_object('pg_catalog.${catalog}'::regclass, x.oid, 0) i
    where x.oid >= ${FIRST_OF_USERS} and i.schema is distinct from 'pg_catalog' and ${notOfExtension(catalog, 'x.oid')}`,
).join('\n  union all\n  ');

/** The view that every role may read; its catalogue is closed, for it holds passwords. */
const MAPPINGS = `select pg_catalog.format('user mapping of %s on server %s', m.usename, m.srvname) as object, 'there' as state,
    'Create it as on the old side' as remedy from pg_catalog.pg_user_mappings m`;

/** What no other check looks at. Of operator families, those that an operator class brings are its own. */
export const objects: Source = async (session) => {
  const { rows } = await session.client.query<{ newer: boolean }>(
    `select pg_catalog.current_setting('server_version_num')::int >= 150000 as newer`,
  );
  const published = rows[0]?.newer === true ? PUBLISHED : PUBLISHED_BEFORE_15;
  const parts = [REPLICATION, published, THERE, MAPPINGS];
  const found: StateRow[] = [];
  for (const sql of parts) found.push(...(await rowsOf(`${sql} order by 1`)(session)));
  return found;
};
