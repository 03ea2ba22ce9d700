import { RELATION_NAME, rowsOf, USER_RELATIONS } from '../sources.ts';
import { CONSTRAINTS, INDEXES, RULES, TRIGGERS } from './definitions-of-relations.ts';

/**
 * Everything that may refuse a write, or make something else of it. On the old side they are what the new one's are
 * compared with; so columns and tables without a problem are among them. Unique indexes of constraints are those.
 */
export const refusals = rowsOf(`
  select object, within, name, state, definition, problem, remedy from (
    select object, within, name, state, definition, 'refuses rows' as problem,
      pg_catalog.format('alter table %s drop constraint %I; -- or make sure that the application knows it', within, name) as remedy
    from (${CONSTRAINTS}) k
    union all
    select i.object, i.within, i.name, 'u', i.definition, 'refuses rows',
      'drop the index ' || i.name || ', or make sure that the application knows it'
    from (${INDEXES}) i where i.indisunique and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select object, within, name, 'trigger', definition, 'fires on writes', pg_catalog.format('drop trigger %I on %s;', name, within) from (${TRIGGERS}) t
    union all
    select object, within, name, 'rule', definition, 'acts on writes', pg_catalog.format('drop rule %I on %s;', name, within) from (${RULES}) r
    union all
    select pg_catalog.format('%s.%I', ${RELATION_NAME}, a.attname), ${RELATION_NAME}, a.attname, 'column', pg_catalog.quote_ident(a.attname),
      case when a.attnotnull and not a.atthasdef and a.attidentity = '' then 'must be filled (NOT NULL without a default)' end,
      pg_catalog.format('alter table %s alter column %I drop not null; -- or give it a default', ${RELATION_NAME}, a.attname)
    from ${USER_RELATIONS} join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'f')
  ) x order by 1, 3`);
