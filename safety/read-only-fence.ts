/** What a PostgreSQL server says about who may write to a database. */
export interface FenceState {
  /** As sessions of everybody find it; `unsaid` where ours has it from its role or its address, and nothing says it of others. */
  readonly read_only: string;
  readonly standby: boolean;
  /** Sessions in the middle of writing. */
  readonly writing: number;
  /** Sessions that this role may not look at. */
  readonly hidden: number;
  /** Prepared transactions that are not ended. */
  readonly prepared: number;
  /** Roles that are exempt from the setting. */
  readonly exempt: string | null;
}

/** Where a session has a setting from that others don't have it from. */
const OWN_SOURCES = "'user', 'database user', 'client', 'session'";

/** What everybody finds, as far as catalogs say it: that of the database goes before that of all databases. */
const FOR_EVERYBODY = `(select split_part(said, '=', 2)::boolean from pg_db_role_setting s, unnest(s.setconfig) said
    where s.setrole = 0 and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
      and split_part(said, '=', 1) = 'default_transaction_read_only' order by s.setdatabase = 0 limit 1)`;

export const FENCE_QUERY = `select (select case when source not in (${OWN_SOURCES}) then setting
      else case ${FOR_EVERYBODY} when true then 'on' when false then 'off' else 'unsaid' end end
    from pg_settings where name = 'default_transaction_read_only') as read_only, pg_is_in_recovery() as standby,
  (select count(*)::int from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and backend_xid is not null) as writing,
  (select count(*)::int from pg_stat_activity where datname = current_database() and query = '<insufficient privilege>') as hidden,
  (select count(*)::int from pg_prepared_xacts where database = current_database()) as prepared,
  (select string_agg(r.rolname, ', ' order by r.rolname) from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
    where s.setdatabase in (0, (select oid from pg_database where datname = current_database())) and r.rolcanlogin
      and s.setconfig && '{default_transaction_read_only=off,default_transaction_read_only=false,default_transaction_read_only=0,default_transaction_read_only=no}') as exempt`;

/** Why old must not be taken for read-only, as its settings and activity say; undefined where nothing says so. */
export function fenceProblem(found: FenceState): string | undefined {
  if (found.standby) return undefined;
  if (found.read_only === 'unsaid') {
    return 'old is read-only for the role that looks, and nothing says that it is for others: look as a role without a default_transaction_read_only of its own';
  }
  if (found.read_only !== 'on') {
    return 'old is not read-only: default_transaction_read_only is off (alter database ... set default_transaction_read_only = on)';
  }
  if (found.exempt !== null) return `these roles may still write to old: ${found.exempt}`;
  if (found.hidden > 0)
    return `${found.hidden} sessions on old can't be looked at: grant pg_read_all_stats to this role`;
  if (found.writing > 0) return `${found.writing} sessions on old are in the middle of writing`;
  if (found.prepared > 0) return `${found.prepared} prepared transactions on old are not ended`;
  return undefined;
}
