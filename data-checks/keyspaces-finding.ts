import { Unavailable } from '../contract/cannot-tell.ts';
import type { Finding, TableReport } from '../contract/evidence/finding.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import type { RedisMapping } from '../contract/plan/redis-plan.ts';
import type { KeyspaceDiff } from './redis/keyspace-diff.ts';

type KeyspaceDraft = Pick<
  Finding,
  'outcome' | 'cause' | 'summary' | 'remedy' | 'measured' | 'expected' | 'unit'
>;

/** What a comparison of two keyspaces means for the plan. Pure. Only keys that were really compared pass or fail. */
export function keyspacesFinding(mapping: RedisMapping, diff: KeyspaceDiff | Unavailable): Finding {
  if (diff instanceof Unavailable) {
    return unknownFinding(mapping.id, diff, { summary: `The keys could not be compared: ${diff.message}` });
  }
  return {
    check: mapping.id,
    ...(full(diff) ?? draftOf(diff)),
    sampleSize:
      diff.answer === 'equal' || diff.answer === 'different'
        ? Math.min(diff.oldKeys ?? 0, diff.newKeys ?? 0)
        : 0,
    detail: { kind: 'table', table: report(mapping, diff) },
  };
}

/** Room is a statement of its own: keys that differ are told first, and what nobody could see never passes. */
function full({ answer, room }: KeyspaceDiff): KeyspaceDraft | undefined {
  if (answer === 'different') return undefined;
  const over = room.find((one) => one.answer === 'over');
  if (over !== undefined) {
    return {
      outcome: 'fail',
      cause: `${over.what}-over`,
      summary: `New has too little room left: ${over.reason}`,
      measured: (over.used ?? 0) / (over.limit ?? 1),
      expected: over.most ?? 0,
      unit: `share of ${over.what}`,
      remedy: 'Give the new server more, or find out what fills it',
    };
  }
  const unseen = room.find((one) => one.answer === 'not-checked');
  if (unseen === undefined || answer !== 'equal') return undefined;
  return {
    outcome: 'unknown',
    cause: 'not-checked',
    summary: `The keys are equal, and ${unseen.reason}`,
    remedy: 'Let the role ask for INFO, or drop maxMemoryShare and maxClientsShare',
  };
}

const REMEDIES: Readonly<Record<string, string>> = {
  'nothing-compared': 'Check the addresses and the prefixes; if no keys are right, say why with emptyBecause',
  'stale-replica': 'Wait until the replica follows its primary again, or name the primary, then repeat',
  evicting: 'Give the server more memory than its keys need, then repeat',
  unreadable: 'Check the number of the database, and that the user may read it, then repeat',
};

function draftOf(diff: KeyspaceDiff): KeyspaceDraft {
  const numbers = { expected: 0, unit: 'differing keys' };
  const [missing, extra, changed] = [diff.missing ?? 0, diff.extra ?? 0, diff.changed ?? 0];
  switch (diff.answer) {
    case 'equal':
      return { outcome: 'pass', summary: diff.reason, measured: 0, ...numbers };
    case 'different': {
      const [first] = diff.differences;
      const parts = first?.parts.map(({ name }) => name).join(', ') ?? '';
      const example =
        first === undefined
          ? ''
          : ` (first ${first.kind}: ${first.key}${parts === '' ? '' : ` in ${parts}`})`;
      return {
        outcome: 'fail',
        cause: missing > 0 ? 'keys-missing' : changed > 0 ? 'keys-changed' : 'keys-extra',
        summary: `${diff.reason}${example}`,
        measured: missing + extra + changed,
        ...numbers,
        remedy: 'The first differing keys are in the report: find out which step of the migration made them',
      };
    }
    case 'not-checked':
    case 'unstable':
      return {
        outcome: 'unknown',
        cause: diff.cause,
        summary: diff.reason,
        remedy: REMEDIES[diff.cause] ?? 'Make both servers readable and stop the writers, then repeat',
      };
  }
}

function report({ ignore }: RedisMapping, diff: KeyspaceDiff): TableReport {
  return {
    old: `Redis ${diff.old}`,
    new: `Redis ${diff.new}`,
    answer: diff.answer,
    oldRows: diff.oldKeys,
    newRows: diff.newKeys,
    sums: [],
    notCompared: [
      ...Object.entries(ignore).map(([pattern, because]) => `keys like ${pattern}: ${because}`),
      ...diff.notCompared.filter((text) => !text.startsWith('keys like ')),
      ...diff.room.map(({ reason }) => `of new, ${reason}`),
    ],
    rows: {
      missing: diff.missing,
      extra: diff.extra,
      changed: diff.changed,
      first: diff.differences.map(({ kind, key, parts }) => ({
        kind,
        key: [key],
        cells: parts.map(({ name, ...texts }) => ({ column: name, ...texts })),
      })),
      key: ['key'],
      columns: ['type', 'value', 'expiry'],
      hash: null,
      seconds: diff.seconds,
    },
  };
}
