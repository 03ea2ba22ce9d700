import { notOfExtension, RELATION_NAME, rowsOf, USER_RELATIONS } from '../sources.ts';

/**
 * By what they say, not by name: names are often made anew. NOT NULL is a column's. Those of a partition that follow from
 * its parent's foreign key are left out; all others stand on it, however they came there.
 */
export const CONSTRAINTS = `
  select pg_catalog.format('%s: %s', ${RELATION_NAME}, x.definition) as object, ${RELATION_NAME} as within, k.conname as name,
    '' as state, x.definition,
    pg_catalog.format('alter table %s add %s;', ${RELATION_NAME}, x.definition) as remedy, k.contype as kind
  from pg_catalog.pg_constraint k join ${USER_RELATIONS} on c.oid = k.conrelid,
    lateral (select pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT (VALID|ENFORCED)', '', 'g') as definition) x
  where k.contype in ('p', 'u', 'f', 'c', 'x') and not (k.contype = 'f' and k.conparentid <> 0)`;

export const constraints = rowsOf(
  `select object, within, name, state, definition, remedy from (${CONSTRAINTS}) k order by 1, 3`,
);

export const INDEXES = `
  select pg_catalog.format('%s %s%s', ${RELATION_NAME}, case when i.indisunique then 'unique ' else '' end, x.definition) as object,
    ${RELATION_NAME} as within, ic.relname as name, case when i.indisunique then 'unique' else '' end as state, x.definition,
    pg_catalog.pg_get_indexdef(i.indexrelid) || ';' as remedy, i.indisunique, i.indexrelid
  from pg_catalog.pg_index i join ${USER_RELATIONS} on c.oid = i.indrelid join pg_catalog.pg_class ic on ic.oid = i.indexrelid,
    lateral (select substring(pg_catalog.pg_get_indexdef(i.indexrelid) from ' USING (.*)$') as definition) x`;

export const indexes = rowsOf(
  `select object, within, name, state, definition, remedy from (${INDEXES}) i order by 1, 3`,
);

/** Triggers by their name: it says in which order they fire. With rules, and what the whole database fires. */
export const TRIGGERS = `
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, t.tgname) as object, ${RELATION_NAME} as within, t.tgname as name,
    pg_catalog.pg_get_triggerdef(t.oid) as definition, pg_catalog.pg_get_triggerdef(t.oid) || ';' as remedy
  from pg_catalog.pg_trigger t join ${USER_RELATIONS} on c.oid = t.tgrelid where not t.tgisinternal`;

export const RULES = `
  select pg_catalog.format('%s.%I (rule)', ${RELATION_NAME}, r.rulename) as object, ${RELATION_NAME} as within, r.rulename as name,
    pg_catalog.pg_get_ruledef(r.oid) as definition, pg_catalog.pg_get_ruledef(r.oid) as remedy
  from pg_catalog.pg_rewrite r join ${USER_RELATIONS} on c.oid = r.ev_class where r.rulename <> '_RETURN'`;

export const triggers = rowsOf(`
  select object, definition, remedy from (${TRIGGERS}) t
  union all
  select object, definition, remedy from (${RULES}) r
  union all
  select pg_catalog.format('event trigger %I', v.evtname), x.definition,
    pg_catalog.format('create event trigger %I %s;', v.evtname, x.definition)
  from pg_catalog.pg_event_trigger v,
    lateral (select pg_catalog.format('on %s%s execute function %s', v.evtevent,
      (select ' when tag in (' || pg_catalog.string_agg(pg_catalog.quote_literal(t), ', ' order by t) || ')' from pg_catalog.unnest(v.evttags) t),
      v.evtfoid::regprocedure) as definition) x
  where ${notOfExtension('pg_event_trigger', 'v.oid')}
  order by 1`);

/** A policy more lets somebody see more, or refuses. */
export const rowSecurity = rowsOf(`
  select ${RELATION_NAME} as object, case when c.relrowsecurity then 'enabled' else 'off' end
      || case when c.relforcerowsecurity then ', forced on its owner' else '' end as state, null as definition,
    pg_catalog.format('alter table %s %s row level security;', ${RELATION_NAME}, case when c.relrowsecurity then 'enable' else 'disable' end) as remedy,
    not c.relrowsecurity as "mayGo", ${RELATION_NAME} as of, null as undo
  from ${USER_RELATIONS} where c.relkind in ('r', 'p')
  union all
  select pg_catalog.format('%I.%I policy %I', p.schemaname, p.tablename, p.policyname),
    pg_catalog.format('%s %s to %s', p.permissive, p.cmd,
      pg_catalog.array_to_string(array(select r::text from pg_catalog.unnest(p.roles) r order by 1), ', ')),
    pg_catalog.format('using (%s) with check (%s)', p.qual, p.with_check),
    'Create the policy as on the old side', false, pg_catalog.format('%I.%I', p.schemaname, p.tablename),
    pg_catalog.format('drop policy %I on %I.%I;', p.policyname, p.schemaname, p.tablename)
  from pg_catalog.pg_policies p order by 1`);
