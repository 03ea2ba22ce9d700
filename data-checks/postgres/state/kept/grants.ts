import { notOfExtension, RELATION_NAME, rowsOf, USER_RELATIONS, USER_SCHEMA } from '../sources.ts';

/** Everything that has an owner and rights, with the words by which SQL names it. */
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
  union all
  select pg_catalog.format('%I.%I', n.nspname, t.typname), t.typowner, coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner)), 'type'
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace and ${USER_SCHEMA}
  left join pg_catalog.pg_class c on c.oid = t.typrelid
  where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c') and ${notOfExtension('pg_type', 't.oid')}
) o`;

/** What rights are on: the above, columns, and the database, which may have another name. */
const GRANTED = `(
  select o.object, o.owner, o.acl, o.word, o.word || ' ' || o.object as target, '' as part, o.word || ' ' || o.object as thing from ${OWNED}
  union all
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, a.attname), c.relowner, a.attacl, 'column', 'table ' || ${RELATION_NAME},
    pg_catalog.format(' (%I)', a.attname), 'table ' || ${RELATION_NAME}
  from ${USER_RELATIONS} join pg_catalog.pg_attribute a on a.attrelid = c.oid and not a.attisdropped and a.attacl is not null
  union all
  select 'of the connection', d.datdba, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)), 'database',
    pg_catalog.format('database %I', d.datname), '', 'the database'
  from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()
) o`;

export const owners = rowsOf(`
  select o.word || ' ' || o.object as object, pg_catalog.pg_get_userbyid(o.owner)::text as state,
    pg_catalog.format('alter %s %s owner to %I;', o.word, o.object, pg_catalog.pg_get_userbyid(o.owner)) as remedy,
    -- That it is gone is another check's finding.
    true as "mayGo"
  from ${OWNED} order by 1`);

/**
 * By the role's name. What an owner may do needs no grant: on the new side it stands for one. A right more, on what the old side has, is worth a warning;
 * given to everybody, it is what the old side had taken away. MAINTAIN came with 17, and goes with ALL.
 */
export const grants = rowsOf(`
  select pg_catalog.format('%s on %s %s to %s', a.privilege_type, o.word, o.object, r.grantee) as object,
    case when pg_catalog.bool_or(a.is_grantable) then 'grantable' else 'granted' end as state,
    pg_catalog.format('grant %s%s on %s to %s;', a.privilege_type, o.part, o.target, r.grantee) as remedy, a.grantee = o.owner as "mayGo",
    case when a.privilege_type <> 'MAINTAIN' and a.grantee <> o.owner then o.thing end as of,
    pg_catalog.format('revoke %s%s on %s from %s;', a.privilege_type, o.part, o.target, r.grantee) as undo, r.grantee <> 'public' as minor
  from ${GRANTED}, lateral pg_catalog.aclexplode(o.acl) a,
    lateral (select case a.grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) end as grantee) r
  group by a.privilege_type, o.word, o.object, o.target, o.part, o.thing, o.owner, a.grantee, r.grantee
  union all
  select distinct 'rights on ' || o.thing, '', '', true, o.thing, '', false from ${GRANTED}
  order by 1`);

export const defaultPrivileges = rowsOf(`
  select pg_catalog.format('%s on new objects (%s) of %I%s to %s', a.privilege_type, d.defaclobjtype, pg_catalog.pg_get_userbyid(d.defaclrole),
      coalesce(' in ' || n.nspname, ''), case a.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end) as object,
    'granted' as state, 'Repeat ALTER DEFAULT PRIVILEGES as on the old side' as remedy
  from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace,
    lateral pg_catalog.aclexplode(d.defaclacl) a where a.grantee <> d.defaclrole order by 1`);
