/** What to do about an SQL error, by SQLSTATE: first match counts. Each is about reading, never about the rows. */
const REMEDIES: readonly (readonly [code: RegExp, message: RegExp, remedy: string])[] = [
  [
    /^42501$/,
    /row-level security/i,
    'row-level security would hide rows from this role: grant it BYPASSRLS, or read as a role that sees every row',
  ],
  [/^42501$/, /./, 'grant SELECT to this role (pg_read_all_data gives it on every table)'],
  [
    /^57014$/,
    /statement timeout/i,
    'raise data.statementTimeoutMs, or narrow the rows with a filter on both sides',
  ],
  [/^55P03$/, /./, 'another session holds a lock on the table (a migration?): repeat when it is done'],
  [
    /^40001$|^57014$/,
    /recovery/i,
    'the standby cancelled the query: read the primary, or set hot_standby_feedback',
  ],
  [/^42(703|P01|601|883|804|846)$/, /./, "correct the mapping's table, filter or columns"],
];

/** Why a table could not be read and what to do about it, in one line. */
export function unreadableReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = sqlState(error) ?? '';
  const remedy = REMEDIES.find(([codes, texts]) => codes.test(code) && texts.test(message))?.[2];
  return `${message}${code ? ` (SQLSTATE ${code})` : ''}${remedy ? `; ${remedy}` : ''}`;
}

/** The five-character SQLSTATE of a server error. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
