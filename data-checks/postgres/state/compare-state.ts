import { STATE_TITLES, type StateCheckId } from '../../../contract/plan/state-checks.ts';
import { compareAdded, compareKept, type Judged } from './compare-kept.ts';
import { STATE_DEFINITIONS, type StateDefinition } from './definitions.ts';
import { undecidedReason } from './show-change.ts';
import type { StateFinding, StateResult, StateRow, StateSnapshot, Undecided } from './state.ts';

/** Judges the new side by the old one. Pure. A check that a side could not answer is never good. */
export function compareState(
  old: StateSnapshot,
  next: StateSnapshot,
  checks: readonly StateCheckId[],
): readonly StateResult[] {
  return checks.map((check) => {
    const definition = STATE_DEFINITIONS[check];
    const [before, after] = [old[check], next[check]];
    const common = { check, title: STATE_TITLES[check] };
    const unread = [
      ['old', before],
      ['new', after],
    ].flatMap(([side, answer]) =>
      typeof answer === 'object' && answer.kind === 'read'
        ? []
        : [`${side as string}: ${typeof answer === 'object' ? answer.reason : 'it was not asked'}`],
    );
    if (before?.kind !== 'read' || after?.kind !== 'read') {
      return {
        ...common,
        answer: 'not-checked',
        examined: 0,
        findings: [],
        undecided: [],
        unjudged: [],
        reason: unread.join('; '),
      } satisfies StateResult;
    }
    const { findings, undecided } = judge(check, definition, before.rows, after.rows);
    const ofNew = definition.kind === 'sound' || definition.kind === 'added';
    const rows = (ofNew ? after : before).rows.filter((row) => row.unjudged === undefined);
    return {
      ...common,
      answer: answerOf(findings, undecided),
      examined: rows.length,
      findings,
      undecided,
      unjudged: [
        ...new Set(before.rows.flatMap(({ unjudged }) => (unjudged === undefined ? [] : [unjudged]))),
      ],
      ...(undecided.length === 0 ? {} : { reason: undecidedReason(undecided) }),
    };
  });
}

function answerOf(findings: readonly StateFinding[], undecided: readonly Undecided[]): StateResult['answer'] {
  if (findings.some((finding) => finding.severity === 'blocking')) return 'broken';
  if (undecided.length > 0) return 'not-checked';
  return findings.length > 0 ? 'warned' : 'holds';
}

function judge(
  check: StateCheckId,
  definition: StateDefinition,
  old: readonly StateRow[],
  next: readonly StateRow[],
): Judged {
  const only = (findings: readonly StateFinding[]): Judged => ({ findings, undecided: [] });
  switch (definition.kind) {
    case 'sound':
      return only(unsound(check, definition.own === true ? [] : old, next));
    case 'quiet':
      return only(unsound(check, [], old));
    case 'grown':
      return only(behind(check, old, next));
    case 'kept':
      return compareKept(check, definition, old, next);
    case 'added':
      return only(compareAdded(check, old, next));
  }
}

function behind(
  check: StateCheckId,
  old: readonly StateRow[],
  next: readonly StateRow[],
): readonly StateFinding[] {
  const after = new Map(next.map((row) => [row.object, row]));
  return old.flatMap((row) => {
    // That it is gone is another check's finding.
    const now = after.get(row.object);
    if (now?.mark === undefined || row.mark === undefined || now.mark >= row.mark) return [];
    return [
      {
        check,
        severity: row.minor === true ? 'advisory' : 'blocking',
        object: row.object,
        summary: `${row.object} was at ${row.state ?? ''} and is at ${now.state ?? ''}`,
        remedy: row.remedy ?? '',
      },
    ];
  });
}

function unsound(
  check: StateCheckId,
  old: readonly StateRow[],
  next: readonly StateRow[],
): readonly StateFinding[] {
  const before = new Set(
    old.filter((row) => typeof row.problem === 'string').map((row) => `${row.object}\n${row.problem ?? ''}`),
  );
  return next.flatMap((row) => {
    if (typeof row.problem !== 'string') return [];
    const already = before.has(`${row.object}\n${row.problem}`);
    return [
      {
        check,
        severity: row.minor === true || already ? 'advisory' : 'blocking',
        object: row.object,
        summary: `${row.object} ${row.problem}${already ? ', as on the old side' : ''}`,
        remedy: row.remedy ?? '',
      },
    ];
  });
}
