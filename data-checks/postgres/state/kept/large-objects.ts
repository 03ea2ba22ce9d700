import { rowsOf, type Source } from '../sources.ts';

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
