import { rowsOf, type Source } from '../sources.ts';
import { sameZone } from './zone.ts';

/** A locale as one spelling of it: `C.UTF-8` and `C.utf8` are one, and so are `POSIX` and `C`. */
function locale(sql: string): string {
  return `(case when ${sql} = 'POSIX' then 'C' when pg_catalog.strpos(${sql}, '.') = 0 then ${sql}
    else pg_catalog.split_part(${sql}, '.', 1) || '.' || pg_catalog.lower(pg_catalog.replace(pg_catalog.split_part(${sql}, '.', 2), '-', '')) end)`;
}

/**
 * What a value means, or how it prints, depends on these. Not `default_transaction_read_only`: an old side that is left
 * alone has it on, and the new one must not. `reset_val`: what a session starts with, not what ours set. Who
 * provides the collation is noted from 15 on; before, it was the system's library. Its locale has had two names.
 */
const SETTINGS = rowsOf(`
  select s.name as object, case when s.name in ('lc_monetary', 'lc_numeric') then ${locale('s.reset_val')} else s.reset_val end as state,
    pg_catalog.format('alter database %I set %s = %L;', pg_catalog.current_database(), s.name, s.reset_val) as remedy
  from pg_catalog.pg_settings s where lower(s.name) in ('timezone', 'datestyle', 'intervalstyle', 'bytea_output',
    'default_transaction_isolation', 'standard_conforming_strings', 'search_path',
    'session_replication_role', 'default_text_search_config', 'transform_null_equals', 'array_nulls', 'backslash_quote',
    'lc_monetary', 'lc_numeric', 'row_security')
  union all
  select x.name, x.value, 'Only a new database can have another one: create it so, and load it again'
  from pg_catalog.pg_database d, lateral (select pg_catalog.to_jsonb(d)) j(d), lateral (values ('encoding', pg_catalog.pg_encoding_to_char(d.encoding)),
    ('collation', ${locale('d.datcollate')}::text), ('character type', ${locale('d.datctype')}::text),
    ('collation provider', pg_catalog.concat_ws(' ', case coalesce(j.d ->> 'datlocprovider', 'c') when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else j.d ->> 'datlocprovider' end,
      coalesce(j.d ->> 'datlocale', j.d ->> 'daticulocale'), j.d ->> 'daticurules'))) x(name, value)
  where d.datname = pg_catalog.current_database() order by 1`);

export const settings: Source = async (session) =>
  (await SETTINGS(session)).map((row) =>
    row.object === 'TimeZone' ? { ...row, state: sameZone(row.state ?? '') } : row,
  );

export const extensions = rowsOf(`
  select e.extname as object, e.extversion as state, pg_catalog.format('create extension if not exists %I;', e.extname) as remedy
  from pg_catalog.pg_extension e order by 1`);

export const roleSettings = rowsOf(`
  select pg_catalog.format('%s%s', case s.setrole when 0 then 'everyone' else 'role ' || pg_catalog.pg_get_userbyid(s.setrole) end,
      case s.setdatabase when 0 then '' else ', in this database' end) || ': ' || pg_catalog.split_part(x, '=', 1) as object,
    substring(x from '=(.*)$') as state, 'Repeat ALTER ROLE ... SET (or ALTER DATABASE ... SET) as on the old side' as remedy
  from pg_catalog.pg_db_role_setting s, lateral pg_catalog.unnest(s.setconfig) x
  where pg_catalog.split_part(x, '=', 1) <> 'default_transaction_read_only'
    and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())) order by 1`);
