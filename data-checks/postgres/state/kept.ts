import {
  notOfExtension,
  RELATION_NAME,
  rowsOf,
  type Source,
  USER_RELATIONS,
  USER_SCHEMA,
} from './sources.ts';

/**
 * What a value means, or how it prints, depends on these. Not `default_transaction_read_only`: an old side that is left
 * alone has it on, and the new one must not. `reset_val`: what a session starts with, not
 * what ours set.
 */
export const settings = rowsOf(`
  select s.name as object, s.reset_val as state,
    pg_catalog.format('alter database %I set %s = %L;', pg_catalog.current_database(), s.name, s.reset_val) as remedy
  from pg_catalog.pg_settings s where lower(s.name) in ('timezone', 'datestyle', 'intervalstyle', 'bytea_output',
    'default_transaction_isolation', 'standard_conforming_strings', 'search_path',
    'session_replication_role', 'default_text_search_config', 'transform_null_equals', 'array_nulls', 'backslash_quote',
    'lc_monetary', 'lc_numeric', 'row_security')
  union all
  select x.name, x.value, 'Only a new database can have another one: create it so, and load it again'
  from pg_catalog.pg_database d, lateral (values ('encoding', pg_catalog.pg_encoding_to_char(d.encoding)),
    ('collation', d.datcollate::text), ('character type', d.datctype::text)) x(name, value)
  where d.datname = pg_catalog.current_database() order by 1`);

export const extensions = rowsOf(`
  select e.extname as object, e.extversion as state, pg_catalog.format('create extension if not exists %I;', e.extname) as remedy
  from pg_catalog.pg_extension e order by 1`);

/** Servers before 16 print the table of every column of a view, later ones only where it is needed. */
const VIEW = `pg_catalog.md5(pg_catalog.regexp_replace(pg_catalog.pg_get_viewdef(c.oid), '("[^"]+"|\\w+)\\.|\\s+', '', 'g'))`;

/** Tables stand as `schema.table`, so that a lost one is said once; columns as `schema.table.column`. */
export const columns = rowsOf(`
  select ${RELATION_NAME} as object, case c.relkind when 'v' then 'view ' || ${VIEW}
      when 'm' then 'materialized view ' || ${VIEW} else 'table' end as state,
    'Create it as on the old side' as remedy, c.relkind in ('v', 'm') as minor
  from ${USER_RELATIONS} where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  union all
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, a.attname),
    pg_catalog.format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
      || case when a.attidentity <> '' then ' identity' else '' end
      || case when f.adbin is null then '' when a.attgenerated <> '' then ' generated as ' else ' default ' end
      || coalesce(pg_catalog.pg_get_expr(f.adbin, f.adrelid), ''),
    'Alter the column as it was, or make sure that the application expects the new one', false
  from ${USER_RELATIONS}
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef f on f.adrelid = c.oid and f.adnum = a.attnum
  where c.relkind in ('r', 'p', 'f') and not c.relispartition
  order by 1`);

/** By what they say, not by name: names are often made anew. NOT NULL is a column's. */
export const constraints = rowsOf(`
  select pg_catalog.format('%s: %s', ${RELATION_NAME}, x.definition) as object, 'there' as state,
    min(pg_catalog.format('alter table %s add %s;', ${RELATION_NAME}, x.definition)) as remedy
  from pg_catalog.pg_constraint k join ${USER_RELATIONS} on c.oid = k.conrelid,
    lateral (select pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT (VALID|ENFORCED)', '', 'g') as definition) x
  where k.contype in ('p', 'u', 'f', 'c', 'x') and not c.relispartition group by n.nspname, c.relname, x.definition order by 1`);

export const indexes = rowsOf(`
  select pg_catalog.format('%s %s%s', ${RELATION_NAME}, case when i.indisunique then 'unique ' else '' end, x.definition) as object,
    'there' as state, min(pg_catalog.pg_get_indexdef(i.indexrelid)) || ';' as remedy
  from pg_catalog.pg_index i join ${USER_RELATIONS} on c.oid = i.indrelid,
    lateral (select substring(pg_catalog.pg_get_indexdef(i.indexrelid) from ' USING (.*)$') as definition) x
  where not c.relispartition group by n.nspname, c.relname, i.indisunique, x.definition order by 1`);

export const triggers = rowsOf(`
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, t.tgname) as object, pg_catalog.pg_get_triggerdef(t.oid) as state,
    pg_catalog.pg_get_triggerdef(t.oid) || ';' as remedy
  from pg_catalog.pg_trigger t join ${USER_RELATIONS} on c.oid = t.tgrelid where not t.tgisinternal order by 1`);

export const routines = rowsOf(`
  select pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as object,
    pg_catalog.format('%s %s%s %s', l.lanname, p.provolatile, case when p.prosecdef then ' security definer' else '' end,
      pg_catalog.md5(p.prosrc || coalesce(pg_catalog.to_jsonb(p) ->> 'prosqlbody', ''))) as state,
    'Create it as on the old side' as remedy
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace and ${USER_SCHEMA}
  join pg_catalog.pg_language l on l.oid = p.prolang where ${notOfExtension('pg_proc', 'p.oid')} order by 1`);

const OWNED = `(
  select ${RELATION_NAME} as object, c.relowner as owner, coalesce(c.relacl, pg_catalog.acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)) as acl,
    case c.relkind when 'S' then 'sequence' else 'table' end as word
  from ${USER_RELATIONS} where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select pg_catalog.quote_ident(n.nspname), n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)), 'schema'
  from pg_catalog.pg_namespace n where ${USER_SCHEMA}
  union all
  select pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
    p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), 'routine'
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace and ${USER_SCHEMA}
  where ${notOfExtension('pg_proc', 'p.oid')}
) o`;

export const owners = rowsOf(`
  select o.word || ' ' || o.object as object, pg_catalog.pg_get_userbyid(o.owner)::text as state,
    pg_catalog.format('alter %s %s owner to %I;', o.word, o.object, pg_catalog.pg_get_userbyid(o.owner)) as remedy,
    -- That it is gone is another check's finding.
    true as "mayGo"
  from ${OWNED} order by 1`);

/** By the role's name. What an owner may do needs no grant. */
export const grants = rowsOf(`
  select pg_catalog.format('%s on %s %s to %s', a.privilege_type, o.word, o.object, r.grantee) as object,
    case when pg_catalog.bool_or(a.is_grantable) then 'grantable' else 'granted' end as state,
    pg_catalog.format('grant %s on %s %s to %s;', a.privilege_type, o.word, o.object, r.grantee) as remedy
  from ${OWNED}, lateral pg_catalog.aclexplode(o.acl) a,
    lateral (select case a.grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) end as grantee) r
  where a.grantee <> o.owner group by a.privilege_type, o.word, o.object, r.grantee order by 1`);

export const defaultPrivileges = rowsOf(`
  select pg_catalog.format('%s on new objects (%s) of %I%s to %s', a.privilege_type, d.defaclobjtype, pg_catalog.pg_get_userbyid(d.defaclrole),
      coalesce(' in ' || n.nspname, ''), case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end) as object,
    'granted' as state, 'Repeat ALTER DEFAULT PRIVILEGES as on the old side' as remedy
  from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace,
    lateral pg_catalog.aclexplode(d.defaclacl) a where a.grantee <> d.defaclrole order by 1`);

export const rowSecurity = rowsOf(`
  select ${RELATION_NAME} as object, case when c.relrowsecurity then 'enabled' else 'off' end
      || case when c.relforcerowsecurity then ', forced on its owner' else '' end as state,
    pg_catalog.format('alter table %s %s row level security;', ${RELATION_NAME}, case when c.relrowsecurity then 'enable' else 'disable' end) as remedy,
    not c.relrowsecurity as "mayGo"
  from ${USER_RELATIONS} where c.relkind in ('r', 'p')
  union all
  select pg_catalog.format('%I.%I policy %I', p.schemaname, p.tablename, p.policyname),
    pg_catalog.format('%s %s to %s using (%s) with check (%s)', p.permissive, p.cmd,
      pg_catalog.array_to_string(array(select r::text from pg_catalog.unnest(p.roles) r order by 1), ', '), p.qual, p.with_check),
    'Create the policy as on the old side', false
  from pg_catalog.pg_policies p order by 1`);

export const roleSettings = rowsOf(`
  select pg_catalog.format('%s%s', case s.setrole when 0 then 'everyone' else 'role ' || pg_catalog.pg_get_userbyid(s.setrole) end,
      case s.setdatabase when 0 then '' else ', in this database' end) || ': ' || pg_catalog.split_part(x, '=', 1) as object,
    substring(x from '=(.*)$') as state, 'Repeat ALTER ROLE ... SET (or ALTER DATABASE ... SET) as on the old side' as remedy
  from pg_catalog.pg_db_role_setting s, lateral pg_catalog.unnest(s.setconfig) x
  where pg_catalog.split_part(x, '=', 1) <> 'default_transaction_read_only'
    and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())) order by 1`);

/** Multiranges come with their ranges, arrays and row types with what they are of. */
export const types = rowsOf(`
  select pg_catalog.format('%I.%I', n.nspname, t.typname) as object, case t.typtype
      when 'e' then 'enum of ' || (select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
        from pg_catalog.pg_enum l where l.enumtypid = t.oid)
      when 'd' then pg_catalog.concat_ws(' ', 'domain over', pg_catalog.format_type(t.typbasetype, t.typtypmod),
        case when t.typnotnull then 'not null' end, 'default ' || t.typdefault,
        (select pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ' order by pg_catalog.pg_get_constraintdef(k.oid))
          from pg_catalog.pg_constraint k where k.contypid = t.oid and k.contype = 'c'))
      when 'c' then 'composite of ' || (select pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', '
          order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)
      else 'range of ' || (select pg_catalog.format_type(r.rngsubtype, null) from pg_catalog.pg_range r where r.rngtypid = t.oid) end as state,
    'Create it, or alter it, as on the old side' as remedy
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace and ${USER_SCHEMA}
  left join pg_catalog.pg_class c on c.oid = t.typrelid
  where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c') and ${notOfExtension('pg_type', 't.oid')} order by 1`);

/** One that belongs to a column goes with it. */
export const sequences = rowsOf(`
  select ${RELATION_NAME} as object, pg_catalog.format('%s by %s from %s to %s%s', pg_catalog.format_type(q.seqtypid, null),
      q.seqincrement, q.seqmin, q.seqmax, case when q.seqcycle then ', again and again' else '' end) as state,
    pg_catalog.format('create sequence %s as %s increment by %s minvalue %s maxvalue %s%s;', ${RELATION_NAME}, pg_catalog.format_type(q.seqtypid, null),
      q.seqincrement, q.seqmin, q.seqmax, case when q.seqcycle then ' cycle' else '' end) as remedy,
    exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid
      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0) as "mayGo"
  from pg_catalog.pg_sequence q join ${USER_RELATIONS} on c.oid = q.seqrelid order by 1`);

/** By blocks of a thousand ids, so that a million of them fits into memory. */
export const largeObjects: Source = async (session) => {
  const { rows } = await session.client.query<{ blind: boolean }>(
    `select not pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'select')
      and exists (select from pg_catalog.pg_largeobject_metadata) as blind`,
  );
  if (rows[0]?.blind === true) {
    throw new Error(
      'this role may not read large objects: grant select on pg_largeobject, or pg_read_all_data',
    );
  }
  return rowsOf(LARGE_OBJECTS)(session);
};

const LARGE_OBJECTS = `
  with content as (
    select l.loid, sum(pg_catalog.hashtextextended(pg_catalog.encode(l.data, 'hex'), l.pageno)) as hash
    from pg_catalog.pg_largeobject l group by l.loid)
  select pg_catalog.format('large objects %s to %s', b.first, b.first + 999) as object,
    pg_catalog.format('%s objects, content %s', count(*), sum(coalesce(pg_catalog.hashtextextended(c.hash::text, m.oid::int8), m.oid::int8))) as state,
    pg_catalog.format('select oid from pg_largeobject_metadata where oid between %s and %s; -- on both sides; then lo_export and lo_import what is not the same',
      b.first, b.first + 999) as remedy
  from pg_catalog.pg_largeobject_metadata m left join content c on c.loid = m.oid,
    lateral (select m.oid::int8 / 1000 * 1000 as first) b
  group by b.first order by b.first`;
