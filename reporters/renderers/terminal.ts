import type { CheckState, Decision } from '../../contract/evidence/outcome.ts';
import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import { decidingFinding } from '../judge/deciding-finding.ts';
import { byCause, isOneCause, namesOf, type OneCause } from '../judge/one-cause.ts';
import { FAULT_WORDS } from '../judge/reasons.ts';
import { coverageOf, tablesCompared } from '../judge/coverage.ts';
import { releaseText } from '../judge/release.ts';
import { detailsOf, sectionsOf, tablesOf } from './sections.ts';
import {
  amount,
  count,
  DECISION_MEANING,
  DECISION_WORDS,
  differingRows,
  duration,
  loadRate,
  numbers,
  plural,
  STATE_WORDS,
  time,
} from './words.ts';

type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
type Paint = (colour: Colour, text: string) => string;

const CODES: Record<Colour, readonly [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

const DECISION_LOOK: Record<Decision, { readonly sign: string; readonly colour: Colour }> = {
  GO: { sign: '✔', colour: 'green' },
  NO_GO: { sign: '✖', colour: 'red' },
  INCONCLUSIVE: { sign: '?', colour: 'yellow' },
};

const STATE_LOOK: Record<CheckState, { readonly sign: string; readonly colour: Colour }> = {
  passed: { sign: '✔', colour: 'green' },
  empty: { sign: '∅', colour: 'dim' },
  failed: { sign: '✖', colour: 'red' },
  unknown: { sign: '?', colour: 'yellow' },
  flaky: { sign: '≈', colour: 'yellow' },
  'not-run': { sign: '○', colour: 'yellow' },
  'not-applicable': { sign: '–', colour: 'dim' },
};

/** More reasons than these are for the report. */
const MOST_REASONS = 12;

/** The verdict for a terminal: what was decided, why, and what to do about it. Colours only when asked for. */
export function renderTerminal(verdict: Verdict, options: { readonly colour?: boolean } = {}): string {
  const paint: Paint = (colour, text) => {
    if (options.colour !== true) return text;
    const [on, off] = CODES[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
  const sections = sectionsOf(verdict);
  const lines = [
    ...bannerLines(verdict, paint),
    ...checkSection('Blocking failures', sections.blocking, paint),
    ...checkSection('Could not tell', sections.unclear, paint),
    ...checkSection('Warnings', sections.warnings, paint),
    ...notRunLines(sections.notRun, paint),
    ...listSection(
      'Nothing to look at',
      sections.nothingToSee.map(({ id, title }) => `${id}: ${title}`),
      paint,
    ),
    ...waivedLines(sections.waived, paint),
    ...peopleLines(verdict, paint),
    ...listSection(
      'Faults of the run itself',
      verdict.faults.map((one) => `${FAULT_WORDS[one.kind]}: ${one.message}`),
      paint,
    ),
    ...listSection(
      'Test data left on the target',
      verdict.leftovers.map((one) => `${one.kind} ${one.identity}: ${one.reason}`),
      paint,
    ),
    ...listSection('Also note', verdict.notices, paint),
    ...tableLines(verdict, paint),
    ...stateLines(verdict, paint),
    ...loadLines(verdict, paint),
    ...allChecksLines(verdict, paint),
    ...footLines(verdict, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function bannerLines(verdict: Verdict, paint: Paint): readonly string[] {
  const { sign, colour } = DECISION_LOOK[verdict.decision];
  const rule = paint(colour, '━'.repeat(78));
  const more = verdict.reasons.slice(1, MOST_REASONS);
  const unshown = verdict.reasons.length - 1 - more.length;
  const tables = tablesCompared(verdict.checks);
  return [
    rule,
    ` ${paint(colour, paint('bold', `${sign} ${DECISION_WORDS[verdict.decision]}`))}  ${clean(verdict.subject.target)}, ${verdict.run.phase}`,
    ` ${clean(verdict.reason)}`,
    ` ${paint('dim', DECISION_MEANING[verdict.decision])}`,
    // A GO says it in its reason.
    ...(tables === undefined || verdict.reason.includes(tables) ? [] : [` ${paint('dim', tables)}`]),
    rule,
    ...more.map((reason) => paint('dim', ` also: ${clean(reason)}`)),
    ...(unshown > 0 ? [paint('dim', ` and ${plural(unshown, 'more reason')}, in the report`)] : []),
    '',
  ];
}

function checkSection(title: string, checks: readonly CheckResult[], paint: Paint): readonly string[] {
  if (checks.length === 0) return [];
  const lines = byCause(checks).flatMap((one) =>
    isOneCause(one) ? causeLines(one, paint) : checkLines(one, paint),
  );
  return [heading(title, checks.length, paint), ...lines, ''];
}

/** Many checks that one thing keeps from an answer: a person needs to read it once. */
function causeLines({ checks, state, text, remedy }: OneCause, paint: Paint): readonly string[] {
  const { sign, colour } = STATE_LOOK[state];
  return [
    `  ${paint(colour, sign)} ${paint('bold', `${checks.length} checks, one cause`)}`,
    `      ${clean(text)}`,
    ...(remedy === undefined ? [] : [`      remedy: ${clean(remedy)}`]),
    `      ${paint('dim', namesOf(checks))}`,
  ];
}

function checkLines(check: CheckResult, paint: Paint): readonly string[] {
  const { sign, colour } = STATE_LOOK[check.state];
  const finding = decidingFinding(check);
  const seen = numbers(finding);
  return [
    `  ${paint(colour, sign)} ${paint('bold', check.id)}  ${paint('dim', clean(check.title))}`,
    `      ${clean(check.summary)}`,
    ...(seen === undefined ? [] : [`      ${clean(seen)}`]),
    ...(finding?.remedy === undefined ? [] : [`      remedy: ${clean(finding.remedy)}`]),
  ];
}

function notRunLines(checks: readonly CheckResult[], paint: Paint): readonly string[] {
  return listSection(
    'Did not run',
    byCause(checks).map((one) => {
      const remedy = isOneCause(one) ? one.remedy : decidingFinding(one)?.remedy;
      const said = isOneCause(one)
        ? `${one.checks.length} checks: ${one.text} (${namesOf(one.checks)})`
        : `${one.id} (${one.severity}): ${one.summary}`;
      return `${said}${remedy === undefined ? '' : `; ${remedy}`}`;
    }),
    paint,
    checks.length,
  );
}

function waivedLines(checks: readonly CheckResult[], paint: Paint): readonly string[] {
  return listSection(
    'Failed, and waived',
    checks.map(
      ({ id, summary, waiver }) =>
        `${id}: ${summary} (${waiver?.owner ?? ''}, until ${waiver?.until ?? ''}: ${waiver?.reason ?? ''})`,
    ),
    paint,
  );
}

function peopleLines(verdict: Verdict, paint: Paint): readonly string[] {
  return [
    ...listSection(
      'Groups',
      verdict.groups.map((group) => `${group.id}: ${group.state}, ${group.passed} of ${group.of} passed`),
      paint,
    ),
    ...listSection(
      'Attestations',
      verdict.attestations.map(
        ({ id, state, role, by }) => `${id}: ${state}${by ? ` by ${by.name}` : ''} (${role})`,
      ),
      paint,
    ),
  ];
}

function listSection(
  title: string,
  texts: readonly string[],
  paint: Paint,
  total = texts.length,
): readonly string[] {
  if (texts.length === 0) return [];
  return [heading(title, total, paint), ...texts.map((text) => `  - ${clean(text)}`), ''];
}

function tableLines(verdict: Verdict, paint: Paint): readonly string[] {
  const tables = tablesOf(verdict);
  if (tables.length === 0) return [];
  const rows = tables.map(({ check, table }) => [
    check.id,
    `${table.old} -> ${table.new}`,
    table.oldRows === null ? '?' : count(table.oldRows),
    table.newRows === null ? '?' : count(table.newRows),
    table.answer,
    table.rows === undefined ? 'only counted' : differingRows(table.rows),
  ]);
  return [
    heading('Data', tables.length, paint),
    ...columns(['check', 'table', 'old rows', 'new rows', 'answer', 'differing rows'], rows, [2, 3], paint),
    '',
    ...uncomparedLines(verdict, paint),
  ];
}

function uncomparedLines(verdict: Verdict, paint: Paint): readonly string[] {
  const report = coverageOf(verdict.checks);
  const excluded = (report?.tables ?? []).filter(({ state }) => state === 'excluded');
  return listSection(
    'Not compared, as the plan says',
    excluded.map(({ table, because }) => `${table}: ${because ?? ''}`),
    paint,
  );
}

function stateLines(verdict: Verdict, paint: Paint): readonly string[] {
  const checks = detailsOf(verdict, 'state');
  if (checks.length === 0) return [];
  const told = checks.filter(
    ({ detail: { state } }) =>
      state.findings.length + state.letPass.length + (state.undecided ?? []).length > 0,
  );
  const silent = checks.length - told.length;
  return [
    heading('Databases, besides rows', checks.length, paint),
    ...told.flatMap(({ check, detail: { state } }) => [
      `  ${paint('bold', check.id)}`,
      ...state.findings
        .slice(0, MOST_REASONS)
        .flatMap(({ severity, summary, remedy }) => [
          `    ${severity === 'blocking' ? paint('red', 'fault') : paint('yellow', 'warning')}: ${clean(summary)}`,
          ...(remedy === '' ? [] : [`      remedy: ${clean(remedy)}`]),
        ]),
      ...moreLine(state.more + state.findings.length - MOST_REASONS),
      ...(state.undecided ?? [])
        .slice(0, MOST_REASONS)
        .map(({ summary }) => `    ${paint('yellow', 'could not compare')}: ${clean(summary)}`),
      ...state.letPass
        .slice(0, MOST_REASONS)
        .map(({ object, because }) => paint('dim', `    let pass: ${clean(object)} (${clean(because)})`)),
      ...moreLine(state.letPass.length - MOST_REASONS),
    ]),
    ...(silent > 0 ? [`  ${plural(silent, told.length > 0 ? 'other' : 'check')} found nothing`] : []),
    '',
  ];
}

function moreLine(unshown: number): readonly string[] {
  return unshown > 0 ? [`    and ${count(unshown)} more, in the report`] : [];
}

function loadLines(verdict: Verdict, paint: Paint): readonly string[] {
  const loads = detailsOf(verdict, 'load');
  if (loads.length === 0) return [];
  return [
    heading('Load', loads.length, paint),
    ...loads.flatMap(({ check, detail: { result, statements } }) => [
      `  ${paint('bold', check.id)}  ${count(result.requests)} requests, ${loadRate(result)}, ${result.engine.name} ${clean(result.engine.version)}, ${duration(result.durationMs)}`,
      ...statements.map((statement) => {
        const { sign, colour } = STATE_LOOK[statement.ok ? 'passed' : 'failed'];
        const measured = amount(statement.measured, statement.unit) ?? '';
        return `    ${paint(colour, sign)} ${clean(statement.name)}: ${clean(measured)}, limit ${clean(amount(statement.expected, statement.unit) ?? '')}`;
      }),
    ]),
    '',
  ];
}

function allChecksLines(verdict: Verdict, paint: Paint): readonly string[] {
  if (verdict.checks.length === 0) return [];
  const width = Math.max(...verdict.checks.map((check) => check.id.length));
  return [
    heading('Checks', verdict.checks.length, paint),
    ...byCause(verdict.checks).map((one) => {
      const { sign, colour } = STATE_LOOK[one.state];
      const state = paint(colour, `${sign} ${STATE_WORDS[one.state].padEnd(14)}`);
      // Their names and their cause stand above; a line for each would hide those that have an answer.
      if (isOneCause(one)) return `  ${state} ${plural(one.checks.length, 'check')} for one cause, see above`;
      const marks = [one.severity === 'advisory' ? 'advisory' : '', one.waiver ? 'waived' : ''].filter(
        Boolean,
      );
      const note = marks.length > 0 ? paint('dim', ` (${marks.join(', ')})`) : '';
      const took = one.attempts > 0 ? paint('dim', duration(one.durationMs)) : '';
      return `  ${state} ${one.id.padEnd(width)}  ${took}${note}`.trimEnd();
    }),
    '',
  ];
}

function footLines(verdict: Verdict, paint: Paint): readonly string[] {
  const { wanted, observed } = verdict.subject;
  const release = [
    wanted ? `wanted ${releaseText(wanted)}` : undefined,
    observed ? `observed ${releaseText(observed)}` : undefined,
  ].filter((text) => text !== undefined);
  return [
    ...(release.length > 0 ? [`Release   ${clean(release.join(', '))}`] : []),
    `Run       ${clean(verdict.run.id)}, started ${time(verdict.startedAt)}`,
    `Decided   ${time(verdict.decidedAt)}, valid until ${time(verdict.expiresAt)}`,
  ].map((line) => paint('dim', line));
}

function heading(title: string, size: number, paint: Paint): string {
  return paint('bold', `${title} (${size})`);
}

function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
  paint: Paint,
): readonly string[] {
  const cleaned = rows.map((row) => row.map(clean));
  const widths = head.map((title, index) =>
    Math.max(title.length, ...cleaned.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells
      .map((cell, index) =>
        right.includes(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')}`.trimEnd();
  return [paint('dim', line(head)), ...cleaned.map(line)];
}

/** Text that came from a target must not steer the terminal, nor start lines of its own. */
function clean(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/\s*[\r\n]+\s*/g, '; ')
    .replace(/\p{Cc}|\p{Bidi_Control}/gu, '');
}
