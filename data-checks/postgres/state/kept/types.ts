import { notOfExtension, rowsOf, USER_SCHEMA } from '../sources.ts';

/** Multiranges come with their ranges, arrays and row types with what they are of. */
export const types = rowsOf(`
  select pg_catalog.format('%I.%I', n.nspname, t.typname) as object, case t.typtype
      when 'e' then 'enum of ' || (select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
        from pg_catalog.pg_enum l where l.enumtypid = t.oid)
      when 'd' then pg_catalog.concat_ws(' ', 'domain over', pg_catalog.format_type(t.typbasetype, t.typtypmod), case when t.typnotnull then 'not null' end,
        (select pg_catalog.format('collate %I', l.collname) from pg_catalog.pg_collation l join pg_catalog.pg_type b on b.oid = t.typbasetype
          where l.oid = t.typcollation and b.typcollation <> t.typcollation))
      when 'c' then 'composite of ' || (select pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', '
          order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)
      else (select pg_catalog.concat_ws(' ', 'range of', pg_catalog.format_type(r.rngsubtype, null),
          nullif(r.rngcanonical::oid, 0)::regprocedure, nullif(r.rngsubdiff::oid, 0)::regprocedure)
        from pg_catalog.pg_range r where r.rngtypid = t.oid) end as state,
    case when t.typtype = 'd' then pg_catalog.concat_ws(' ', 'default ' || coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), t.typdefault),
        (select pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ' order by k.conname)
          from pg_catalog.pg_constraint k where k.contypid = t.oid and k.contype = 'c')) end as definition,
    'Create it, or alter it, as on the old side' as remedy
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace and ${USER_SCHEMA}
  left join pg_catalog.pg_class c on c.oid = t.typrelid
  where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c') and ${notOfExtension('pg_type', 't.oid')} order by 1`);
