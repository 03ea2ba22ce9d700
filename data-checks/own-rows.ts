import type { OwnRows } from '../contract/plan/own-rows.ts';
import { sideOf, type TableMapping } from '../contract/plan/table-mapping.ts';
import { quoteIdent, quoteLiteral } from './postgres/names.ts';

/** What the ledger names: one thing that our own flows made on the target, or on its old side. */
export interface Made {
  readonly kind: string;
  readonly identity: string;
}

/** How a server writes names and texts; a text that it can't be told safely is undefined. */
interface Dialect {
  readonly name: (text: string) => string;
  readonly literal: (text: string) => string | undefined;
  readonly asText: (sql: string) => string;
}

const POSTGRES: Dialect = {
  name: quoteIdent,
  literal: quoteLiteral,
  asText: (sql) => `(${sql})::text`,
};
const MYSQL: Dialect = {
  name: (text) => `\`${text.replaceAll('`', '``')}\``,
  // There, a backslash means something else.
  literal: (text) => (text.includes('\\') ? undefined : quoteLiteral(text)),
  asText: (sql) => `cast(${sql} as char)`,
};

/**
 * The mapping without rows that our own flows made, on both sides. Left out are only rows whose identity the ledger names
 * exactly; the condition is part of the mapping, so every report shows it among what was not compared. Pure.
 */
export function withoutOwnRows(
  mapping: TableMapping,
  made: readonly Made[],
  old: 'postgres' | 'mysql' = 'postgres',
): TableMapping {
  const parts = Object.entries(mapping.created ?? {}).flatMap(([kind, where]) => {
    const identities = [
      ...new Set(made.filter((one) => one.kind === kind).map((one) => one.identity)),
    ].sort();
    return identities.length === 0 ? [] : [{ where, identities }];
  });
  if (parts.length === 0) return mapping;
  const side = (name: 'old' | 'new'): TableMapping['old'] => {
    const dialect = name === 'old' && old === 'mysql' ? MYSQL : POSTGRES;
    const column = (text: string): string =>
      dialect.name(name === 'old' ? text : (mapping.columns?.[text] ?? text));
    const { table, where } = sideOf(mapping[name]);
    const conditions = parts.map((part) => condition(part.where, part.identities, column, dialect));
    const all = [...(where === undefined ? [] : [`(${where}\n)`]), ...conditions];
    return { table, where: all.join(' and ') };
  };
  return { ...mapping, old: side('old'), new: side('new') };
}

function condition(
  where: OwnRows[string],
  identities: readonly string[],
  column: (name: string) => string,
  { name, literal, asText }: Dialect,
): string {
  const texts = identities.flatMap((identity) => literal(identity) ?? []).join(', ') || 'null';
  if (typeof where === 'string') return `coalesce(${asText(column(where))} in (${texts}), false) = false`;
  const { table, id, identity } = where.through;
  const place = table.split('.').map(name).join('.');
  const ours = `select ${name(id)} from ${place} where ${asText(name(identity))} in (${texts})`;
  return `coalesce(${column(where.column)} in (${ours}), false) = false`;
}
