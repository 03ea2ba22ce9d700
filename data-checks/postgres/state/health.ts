import { notOfExtension, RELATION_NAME, rowsOf, type Source, USER_RELATIONS } from './sources.ts';
import type { StateRow } from './state.ts';

/** Constraints that old rows may break: never validated, or (18 and later) not enforced at all. */
export const invalidConstraints = rowsOf(`
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, k.conname) as object,
    case when not coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::bool, true) then 'is not enforced'
         when not k.convalidated then 'was never validated (NOT VALID)' end as problem,
    case when not coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::bool, true)
         then pg_catalog.format('alter table %s alter constraint %I enforced;', ${RELATION_NAME}, k.conname)
         else pg_catalog.format('alter table %s validate constraint %I;', ${RELATION_NAME}, k.conname) end as remedy
  from pg_catalog.pg_constraint k join ${USER_RELATIONS} on c.oid = k.conrelid
  where k.contype in ('p', 'u', 'f', 'c', 'x', 'n') order by 1`);

export const invalidIndexes = rowsOf(`
  select ${RELATION_NAME} as object,
    case when not i.indisvalid then 'is invalid: no query uses it'
         when not i.indisready then 'is not ready: no write keeps it' end as problem,
    -- On a partitioned index REINDEX reaches only the parts; an unattached part keeps it invalid.
    case when c.relkind = 'I' then pg_catalog.format('alter index %s attach partition ...; -- for each part that lacks one', ${RELATION_NAME})
         else pg_catalog.format('reindex index %s;', ${RELATION_NAME}) end as remedy
  from pg_catalog.pg_index i join ${USER_RELATIONS} on c.oid = i.indexrelid order by 1`);

/** Internal triggers are the foreign keys': DISABLE TRIGGER ALL switches those off, too. */
export const disabledTriggers = rowsOf(`
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, coalesce(k.conname, t.tgname)) as object,
    case when pg_catalog.bool_or(t.tgenabled = 'D') then 'is disabled'
         when pg_catalog.bool_or(t.tgenabled = 'R') then 'fires for replication only' end as problem,
    case when pg_catalog.bool_or(t.tgisinternal) then pg_catalog.format('alter table %s enable trigger all;', ${RELATION_NAME})
         else pg_catalog.format('alter table %s enable trigger %I;', ${RELATION_NAME}, min(t.tgname::text)) end as remedy
  from pg_catalog.pg_trigger t join ${USER_RELATIONS} on c.oid = t.tgrelid
  left join pg_catalog.pg_constraint k on k.oid = t.tgconstraint
  group by n.nspname, c.relname, coalesce(k.conname, t.tgname)
  union all
  select evtname, case evtenabled when 'D' then 'is disabled' when 'R' then 'fires for replication only' end,
    pg_catalog.format('alter event trigger %I enable;', evtname)
  from pg_catalog.pg_event_trigger where ${notOfExtension('pg_event_trigger', 'pg_event_trigger.oid')}
  union all
  select pg_catalog.format('%s.%I', ${RELATION_NAME}, r.rulename),
    case r.ev_enabled when 'D' then 'is disabled' when 'R' then 'acts for replication only' end,
    pg_catalog.format('alter table %s enable rule %I;', ${RELATION_NAME}, r.rulename)
  from pg_catalog.pg_rewrite r join ${USER_RELATIONS} on c.oid = r.ev_class where r.rulename <> '_RETURN'
  order by 1`);

/** Before 15, a database does not note the version of its own collation. */
export const staleCollations: Source = async ({ client }) => {
  const { rows } = await client.query<{ noted: boolean }>(
    `select current_setting('server_version_num')::int >= 150000 as noted`,
  );
  const database = rows[0]?.noted === true ? `${OF_DATABASE} union all ` : '';
  return (await client.query<StateRow & Record<string, unknown>>(`${database}${OF_COLUMNS} order by 1`)).rows;
};

const OF_DATABASE = `
  select 'database ' || d.datname as object,
    case when d.datcollversion is distinct from a.version
         then pg_catalog.format('was written with version %s of its collation, and the server has %s: text indexes may be wrong',
           coalesce(d.datcollversion, 'none'), coalesce(a.version, 'none')) end as problem,
    pg_catalog.format('reindex database %I; alter database %I refresh collation version;', d.datname, d.datname) as remedy
  from pg_catalog.pg_database d, lateral pg_catalog.pg_database_collation_actual_version(d.oid) a(version)
  where d.datname = pg_catalog.current_database()`;

const OF_COLUMNS = `
  select pg_catalog.format('collation %I.%I', n.nspname, c.collname) as object,
    case when c.collversion is distinct from a.version
         then pg_catalog.format('was version %s, and the server has %s: text indexes may be wrong',
           c.collversion, coalesce(a.version, 'none')) end as problem,
    pg_catalog.format('alter collation %I.%I refresh version; -- after reindexing what uses it', n.nspname, c.collname) as remedy
  from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace,
    lateral pg_catalog.pg_collation_actual_version(c.oid) a(version)
  where c.collversion is not null
    and exists (select from pg_catalog.pg_attribute t where t.attcollation = c.oid and t.attrelid >= 16384)`;

export const unloggedTables = rowsOf(`
  select ${RELATION_NAME} as object,
    case when c.relpersistence = 'u' then 'is unlogged: a crash empties it, and no replica has it' end as problem,
    pg_catalog.format('alter table %s set logged;', ${RELATION_NAME}) as remedy
  from ${USER_RELATIONS} where c.relkind in ('r', 'p') order by 1`);

export const unfilledViews = rowsOf(`
  select ${RELATION_NAME} as object, case when not c.relispopulated then 'was never filled: reading it fails' end as problem,
    pg_catalog.format('refresh materialized view %s;', ${RELATION_NAME}) as remedy
  from ${USER_RELATIONS} where c.relkind = 'm' order by 1`);

/** Each one still writes into the new database, from a system that is being left. */
export const subscriptions = rowsOf(`
  select s.subname as object, case when s.subenabled then 'still receives changes' else 'is still there, disabled' end as problem,
    pg_catalog.format('drop subscription %I;', s.subname) as remedy, not s.subenabled as minor
  from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid
  where d.datname = pg_catalog.current_database() order by 1`);

/** What fences the old side must not come along with the move. */
export const readOnly = rowsOf(`
  select x.object, x.problem, x.remedy from pg_catalog.pg_settings s, lateral (values
    ('recovery', case when pg_catalog.pg_is_in_recovery() then 'is under way: this server is a standby' end,
      'select pg_promote(); -- or name the primary'),
    ('default_transaction_read_only', case when s.reset_val = 'on' then 'is on: whoever does not say otherwise can''t write' end,
      pg_catalog.format('alter database %I reset default_transaction_read_only; -- or of the role, or of the server: %s says so',
        pg_catalog.current_database(), s.source))) x(object, problem, remedy)
  where s.name = 'default_transaction_read_only'`);

/** A slot that nobody reads keeps the log until the disk is full. */
export const unreadSlots = rowsOf(`
  select s.slot_name::text as object, case when not s.active then 'is read by no one: the log is kept for it until the disk is full' end as problem,
    pg_catalog.format('select pg_drop_replication_slot(%L);', s.slot_name) as remedy
  from pg_catalog.pg_replication_slots s where s.database is null or s.database = pg_catalog.current_database() order by 1`);
