import { notChecked } from './table-answer.ts';
import type { Diff } from './diff-options.ts';
import type { Segment } from './segment.ts';
import type { TableDiff } from './table-diff.ts';

/** What one segment of a comparison found, as it is written to a file. */
export interface SegmentDiff extends Diff {
  readonly segment: Segment;
}

/** The segments don't belong together, so there is nothing to add up. */
export class SegmentsDiffer extends Error {
  override readonly name = 'SegmentsDiffer';
}

const MOST_SHOWN = 20;

/**
 * Adds up the segments of one comparison. Every segment must be there exactly once, and in each table their shares must
 * fit together without a gap; a table of which any share is missing is not checked.
 * @throws SegmentsDiffer
 */
export function addSegments(segments: readonly SegmentDiff[]): Diff {
  const [first] = segments;
  if (first === undefined) throw new SegmentsDiffer('there are no segments');
  const { of } = first.segment;
  const problems: string[] = [];
  for (const { segment, databases } of segments) {
    if (segment.of !== of) problems.push(`segment ${segment.index}/${segment.of} is not one of ${of}`);
    if (JSON.stringify(databases) !== JSON.stringify(first.databases))
      problems.push(`segment ${segment.index}/${segment.of} compared other databases`);
  }
  for (let index = 1; index <= of; index += 1) {
    const times = segments.filter(({ segment }) => segment.index === index).length;
    if (times !== 1) problems.push(`segment ${index}/${of} is there ${times} times`);
  }
  if (problems.length > 0) throw new SegmentsDiffer(problems.join('; '));
  const inOrder = [...segments].sort((a, b) => a.segment.index - b.segment.index);
  const names = new Map(
    inOrder.flatMap(({ tables }) => tables.map((table) => [JSON.stringify([table.old, table.new]), table])),
  );
  const tables = [...names.keys()].map((name) =>
    addTable(
      inOrder.map(({ tables: all }) =>
        all.filter((table) => JSON.stringify([table.old, table.new]) === name),
      ),
    ),
  );
  return { tables, notes: [...new Set(inOrder.flatMap(({ notes }) => notes))], databases: first.databases };
}

/** One table: what each segment says about it. */
function addTable(found: readonly (readonly TableDiff[])[]): TableDiff {
  const parts = found.flat();
  const [first] = parts;
  if (first === undefined) throw new Error('a table without any segment');
  const refused = (cause: string, reason: string): TableDiff => ({ ...first, ...notChecked(cause, reason) });
  if (found.some((tables) => tables.length !== 1))
    return refused('segments-incomplete', 'Not every segment knows the table, or one knows it twice');
  // A table that only one side has, or that can't be read, is the same to every segment.
  if (parts.every((part) => part.share === undefined)) {
    return parts.every((part) => part.cause === first.cause)
      ? first
      : refused('segments-incomplete', 'The segments say different things about the table');
  }
  const gap = gapIn(parts);
  if (gap !== undefined)
    return refused('segments-incomplete', `The shares of the segments do not fit: ${gap}`);
  const compared = parts.filter((part) => part.share?.kind !== 'none');
  const unlike = compared.some(
    (part) => part.columns.join() !== compared[0]?.columns.join() && part.oldRows !== null,
  );
  if (unlike) return refused('segments-incomplete', 'The segments did not compare the same columns');
  // Another hash cuts the rows otherwise: some would be in no share.
  const hashes = new Set(compared.flatMap(({ hash }) => (hash === null ? [] : [JSON.stringify(hash)])));
  if (hashes.size > 1) return refused('segments-incomplete', 'The segments did not hash in the same way');
  return summed(compared, refused);
}

/** Why the shares of one table are not all of it, each once. */
function gapIn(parts: readonly TableDiff[]): string | undefined {
  const shares = parts.map((part) => part.share);
  const kinds = shares.map((share) => share?.kind);
  if (kinds.every((kind) => kind === 'hash')) return undefined;
  if (kinds.every((kind) => kind === 'whole' || kind === 'none')) {
    const whole = kinds.filter((kind) => kind === 'whole').length;
    return whole === 1 ? undefined : `${whole} of them are the whole table`;
  }
  let at: string | null = null;
  for (const [index, share] of shares.entries()) {
    if (share?.kind !== 'keys') return 'they were not cut in the same way';
    if (share.lo !== at) return `share ${index + 1} does not begin where the one before ends`;
    at = share.hi;
    if ((at === null) !== (index === shares.length - 1)) return `share ${index + 1} ends in the wrong place`;
  }
  return undefined;
}

function summed(
  parts: readonly TableDiff[],
  refused: (cause: string, reason: string) => TableDiff,
): TableDiff {
  const [first] = parts;
  if (first === undefined) throw new Error('a table of which no segment compared anything');
  const unchecked = parts.filter(
    (part) => part.answer === 'not-checked' && part.cause !== 'nothing-compared',
  );
  const total = (count: (part: TableDiff) => number | null): number =>
    parts.reduce((sum, part) => sum + (count(part) ?? 0), 0);
  const sums = {
    oldRows: total((part) => part.oldRows),
    newRows: total((part) => part.newRows),
    missing: total((part) => part.missing),
    extra: total((part) => part.extra),
    changed: total((part) => part.changed),
    later: total((part) => part.later),
  };
  const { share: _, ...rest } = first;
  const all: TableDiff = {
    ...rest,
    ...sums,
    differences: parts.flatMap((part) => part.differences).slice(0, MOST_SHOWN),
    notCompared: [
      ...new Set(
        parts.filter((part) => part.cause !== 'nothing-compared').flatMap((part) => part.notCompared),
      ),
    ],
    seconds: total((part) => part.seconds),
  };
  const different = parts.filter((part) => part.answer === 'different');
  if (different.length > 0) {
    const uncounted = different.filter((part) => part.missing === null).length;
    const numbers = `${sums.missing} rows are missing, ${sums.extra} are extra, ${sums.changed} are changed`;
    const more = unchecked.length === 0 ? '' : ', and parts were not checked';
    if (uncounted === 0)
      return { ...all, answer: 'different', cause: 'rows-differ', reason: `${numbers}${more}` };
    return {
      ...all,
      ...{ missing: null, extra: null, changed: null, later: null },
      answer: 'different',
      cause: 'not-located',
      reason: `The rows differ in ${different.length} of ${parts.length} shares; in ${uncounted} of them it could not be read which, in the others ${numbers}${more}`,
    };
  }
  const [missing] = unchecked;
  if (missing !== undefined) return refused(missing.cause, missing.reason);
  if (parts.some((part) => part.answer === 'unstable'))
    return {
      ...all,
      answer: 'unstable',
      cause: 'unstable',
      reason: 'Rows still change in at least one segment',
    };
  if (parts.every((part) => part.answer === 'not-checked'))
    return refused('nothing-compared', 'There are no rows on either side, so nothing was compared');
  return {
    ...all,
    answer: 'equal',
    cause: 'equal',
    reason: `${sums.oldRows} rows are equal, in ${parts.length} shares`,
  };
}
