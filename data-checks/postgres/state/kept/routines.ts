import { notOfExtension, type Source, USER_SCHEMA } from '../sources.ts';
import type { StateRow } from '../state.ts';

/** The body of a routine in standard SQL is kept as a tree, and printed; from 14 on. */
const BODY = `pg_catalog.pg_get_function_sqlbody(p.oid)`;

/** How an aggregate works, for those. */
const AGGREGATE = `(select pg_catalog.concat_ws(' ', 'aggregate by', g.aggtransfn::regprocedure, 'over', pg_catalog.format_type(g.aggtranstype, null),
    'from ' || pg_catalog.quote_literal(g.agginitval), 'at last ' || nullif(g.aggfinalfn::oid, 0)::regprocedure, 'together ' || nullif(g.aggcombinefn::oid, 0)::regprocedure,
    g.aggkind, g.aggfinalmodify, 'sorted ' || nullif(g.aggsortop, 0)::regoperator, 'moving ' || nullif(g.aggmtransfn::oid, 0)::regprocedure)
  from pg_catalog.pg_aggregate g where g.aggfnoid = p.oid)`;

const ROUTINES = (body: string): string => `
  select pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as object,
    pg_catalog.concat_ws(' ', l.lanname, case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      'returns ' || pg_catalog.pg_get_function_result(p.oid), case when p.proisstrict then 'strict' end, case when p.prosecdef then 'security definer' end,
      case when p.proleakproof then 'leakproof' end, case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
      case p.prokind when 'w' then 'window' end,
      (select 'set ' || pg_catalog.string_agg(s, ', set ' order by s) from pg_catalog.unnest(p.proconfig) s),
      ${AGGREGATE}, p.probin, 'body ' || pg_catalog.md5(p.prosrc)) as state,
    pg_catalog.concat_ws(' ', 'arguments', pg_catalog.pg_get_function_arguments(p.oid), ${body}) as definition,
    'Create it as on the old side' as remedy
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace and ${USER_SCHEMA}
  join pg_catalog.pg_language l on l.oid = p.prolang where ${notOfExtension('pg_proc', 'p.oid')} order by 1`;

/** Functions, procedures and aggregates, with all that changes what a call does. Not what it is thought to cost. */
export const routines: Source = async ({ client }) => {
  const { rows } = await client.query<{ printed: boolean }>(
    `select pg_catalog.current_setting('server_version_num')::int >= 140000 as printed`,
  );
  const sql = ROUTINES(rows[0]?.printed === true ? BODY : 'null::text');
  return (await client.query<StateRow & Record<string, unknown>>(sql)).rows;
};
