import type { KeyDifference, KeyspaceDiff } from '../../data-checks/redis/keyspace-diff.ts';
import { plainText, textTable } from '../../run/text-table.ts';

/** Differing keys that a terminal shows; `--json` has more. */
const MOST_KEYS = 10;

/** Two keyspaces compared, for a terminal: the numbers, then what differs, what was not compared, and the room left. */
export function renderKeyspaces(diff: KeyspaceDiff): string {
  const number = (value: number | null): string => (value === null ? '?' : String(value));
  const row = [
    diff.old === diff.new ? diff.old : `${diff.old} -> ${diff.new}`,
    diff.answer,
    ...[diff.oldKeys, diff.newKeys, diff.missing, diff.extra, diff.changed].map(number),
    `${diff.seconds.toFixed(1)} s`,
  ];
  const head = ['keys of', 'answer', 'old keys', 'new keys', 'missing', 'extra', 'changed', 'time'];
  const shown = diff.differences.slice(0, MOST_KEYS);
  const all = (diff.missing ?? 0) + (diff.extra ?? 0) + (diff.changed ?? 0);
  const allowEmpty = diff.cause === 'nothing-compared' ? '; if that is right, add --allow-empty' : '';
  return [
    ...textTable(head, [row], [2, 3, 4, 5, 6, 7]),
    '',
    ...[
      `${diff.reason}${allowEmpty}`,
      ...shown.map((one) => `  ${one.kind} ${one.key}${partsText(one)}`),
      ...(shown.length > 0 && all > shown.length ? [`  and ${all - shown.length} more`] : []),
      ...diff.notCompared.map((text) => `  not compared: ${text}`),
      ...diff.room.map(({ answer, reason }) => `new: ${answer === 'shown' ? '' : `${answer}: `}${reason}`),
    ].map(plainText),
  ].join('\n');
}

function partsText({ parts }: KeyDifference): string {
  if (parts.length === 0) return '';
  const texts = parts.map(({ name, old, new: next }) =>
    old === undefined && next === undefined ? name : `${name} (${old ?? 'nothing'} -> ${next ?? 'nothing'})`,
  );
  return ` in ${texts.join(', ')}`;
}
