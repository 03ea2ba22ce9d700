import { STATE_TITLES, type StateCheckId } from '../../../contract/state-checks.ts';
import { STATE_DEFINITIONS, type StateDefinition } from './definitions.ts';
import type { StateFinding, StateResult, StateRow, StateSnapshot } from './state.ts';

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
        reason: unread.join('; '),
      } satisfies StateResult;
    }
    const findings = judge(check, definition, before.rows, after.rows);
    const answer = findings.some((finding) => finding.severity === 'blocking')
      ? 'broken'
      : findings.length > 0
        ? 'warned'
        : 'holds';
    const examined = (definition.kind === 'sound' ? after : before).rows.length;
    return { ...common, answer, examined, findings };
  });
}

function judge(
  check: StateCheckId,
  definition: StateDefinition,
  old: readonly StateRow[],
  next: readonly StateRow[],
): readonly StateFinding[] {
  switch (definition.kind) {
    case 'sound':
      return unsound(check, definition.own === true ? [] : old, next);
    case 'quiet':
      return unsound(check, [], old);
    case 'grown':
      return behind(check, old, next);
    case 'kept':
      return lost(check, definition, old, next);
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

function lost(
  check: StateCheckId,
  definition: Extract<StateDefinition, { kind: 'kept' }>,
  old: readonly StateRow[],
  next: readonly StateRow[],
): readonly StateFinding[] {
  const after = new Map(next.map((row) => [row.object, row.state ?? '']));
  const missing = new Set<string>();
  return old.flatMap((row) => {
    const finding = (severity: StateFinding['severity'], summary: string): readonly StateFinding[] => [
      { check, severity, object: row.object, summary, remedy: row.remedy ?? '' },
    ];
    const state = after.get(row.object);
    if (state === undefined) {
      if (row.mayGo === true) return [];
      missing.add(row.object);
      // A lost table is one finding, not one for each of its columns.
      if ([...missing].some((object) => object !== row.object && row.object.startsWith(`${object}.`)))
        return [];
      return finding(definition.lost, `the new side has no ${row.object}`);
    }
    if (state === (row.state ?? '')) return [];
    return finding(
      row.minor === true ? 'advisory' : definition.changed,
      `${row.object} was "${row.state ?? ''}" and is "${state}"`,
    );
  });
}
