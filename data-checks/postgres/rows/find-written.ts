import { CannotTell } from '../../../contract/cannot-tell.ts';
import { Differences, type HashedRow } from './differences.ts';
import type { Found } from './find-rows.ts';
import { writtenSince } from './hashing.ts';
import { KEYS_PER_STATEMENT, keysQuery } from './recheck.ts';
import type { TablePair } from './table-diff.ts';
import type { Work } from './work.ts';

type FoundRow = [hash: string, later: boolean, ...key: (string | null)[]];

/**
 * Reads the rows that new wrote since a moment, and looks each up on old by its key: what a roll-back would lose. Costs
 * one pass over new and one look-up for each such row, however big old is.
 */
export async function findWritten(
  work: Work,
  since: NonNullable<TablePair['since']>,
  mostShown: number,
): Promise<Found> {
  if (work.pairing.key.length === 0) {
    throw new CannotTell('no-key', 'The table has no key, so rows of new can not be looked up on old');
  }
  const [old, next] = [work.sides[0].main.client, work.sides[1].main.client];
  const { hashText, keyColumns, source } = work.sql[1];
  const differences = new Differences(mostShown);
  let [oldRows, newRows] = [0n, 0n];
  await next.query(
    `declare written no scroll cursor for select ${hashText}, false${keyColumns} ${source(undefined, writtenSince(since))}`,
  );
  for (;;) {
    const { rows } = await next.query<FoundRow>({
      text: `fetch ${KEYS_PER_STATEMENT} from written`,
      rowMode: 'array',
    });
    if (rows.length === 0) break;
    const written = byKey(rows);
    const keys = [...written.values()].flatMap(([first]) => (first === undefined ? [] : [first.key]));
    const answer = await old.query<FoundRow>({ text: keysQuery(work, 0, keys), rowMode: 'array' });
    const before = byKey(answer.rows);
    for (const [name, group] of written) differences.compare(before.get(name) ?? [], group);
    oldRows += BigInt(answer.rows.length);
    newRows += BigInt(rows.length);
    work.meter.read('new', rows.length);
  }
  await next.query('close written');
  return { old: oldRows, new: newRows, differ: false, differences };
}

function byKey(rows: readonly FoundRow[]): Map<string, HashedRow[]> {
  const groups = new Map<string, HashedRow[]>();
  for (const [hash, later, ...key] of rows) {
    const name = JSON.stringify(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [{ key, hash, later }]);
    else group.push({ key, hash, later });
  }
  return groups;
}
