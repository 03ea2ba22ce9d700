import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import { tablesCompared } from '../judge/coverage.ts';
import { decidingFinding } from '../judge/deciding-finding.ts';
import { ATTESTATION_WORDS, whenAndHow } from './attestation-words.ts';
import { byCause, isOneCause, namesOf, type OneCause } from '../judge/one-cause.ts';
import { FAULT_WORDS } from '../judge/reasons.ts';
import { releaseText } from '../judge/release.ts';
import { SECTIONS } from '../sections/index.ts';
import { filesOf, pageReportOf, showTrace } from './kept-files.ts';
import { sectionsOf } from './sections.ts';
import {
  clean,
  DECISION_LOOK,
  heading,
  listSection,
  MOST_SHOWN,
  type Paint,
  painter,
  STATE_LOOK,
} from './terminal/paint.ts';
import { DECISION_MEANING, DECISION_WORDS, duration, numbers, plural, STATE_WORDS, time } from './words.ts';

/** The verdict for a terminal: what was decided, why, and what to do about it. Colours only when asked for. */
export function renderTerminal(
  verdict: Verdict,
  options: { readonly colour?: boolean; readonly report?: string } = {},
): string {
  const paint = painter(options.colour === true);
  const sections = sectionsOf(verdict);
  const lines = [
    ...bannerLines(verdict, paint),
    ...checkSection('Blocking failures', sections.blocking, paint, options.report),
    ...checkSection('Could not tell', sections.unclear, paint, options.report),
    ...checkSection('Warnings', sections.warnings, paint, options.report),
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
    ...Object.values(SECTIONS).flatMap(({ terminal }) => terminal(verdict, paint)),
    ...allChecksLines(verdict, paint),
    ...footLines(verdict, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function bannerLines(verdict: Verdict, paint: Paint): readonly string[] {
  const { sign, colour } = DECISION_LOOK[verdict.decision];
  const rule = paint(colour, '━'.repeat(78));
  const more = verdict.reasons.slice(1, MOST_SHOWN);
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

function checkSection(
  title: string,
  checks: readonly CheckResult[],
  paint: Paint,
  report: string | undefined,
): readonly string[] {
  if (checks.length === 0) return [];
  const lines = byCause(checks).flatMap((one) =>
    isOneCause(one) ? causeLines(one, paint) : checkLines(one, paint, report),
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

function checkLines(check: CheckResult, paint: Paint, report: string | undefined): readonly string[] {
  const { sign, colour } = STATE_LOOK[check.state];
  const finding = decidingFinding(check);
  const seen = numbers(finding);
  return [
    `  ${paint(colour, sign)} ${paint('bold', clean(check.title))}  ${paint('dim', `(${check.id})`)}`,
    `      ${clean(check.summary)}`,
    ...(seen === undefined ? [] : [`      ${clean(seen)}`]),
    ...(finding?.remedy === undefined ? [] : [`      remedy: ${clean(finding.remedy)}`]),
    ...(check.owner === undefined ? [] : [`      call: ${clean(check.owner)}`]),
    ...(check.runbook === undefined ? [] : [`      runbook: ${clean(check.runbook)}`]),
    ...browserLines(check, report).map((line) => `      ${paint('dim', clean(line))}`),
  ];
}

/** What a browser left of a check that did not pass. */
function browserLines(check: CheckResult, report: string | undefined): readonly string[] {
  const page = pageReportOf(check);
  return [
    ...(page?.log ?? []).map((line) => `playwright: ${line}`),
    ...(page?.failedRequests ?? []).map((request) => `failed: ${request}`),
    ...filesOf(check).map((file) =>
      file.kind === 'trace'
        ? `trace: ${showTrace(file, report ?? '.')}${report === undefined ? ' (in the report)' : ''}`
        : `${file.kind}: ${report === undefined ? file.path : `${report}/${file.path}`}`,
    ),
  ];
}

function notRunLines(checks: readonly CheckResult[], paint: Paint): readonly string[] {
  return listSection(
    'Did not run',
    byCause(checks).map((one) => {
      const remedy = isOneCause(one) ? one.remedy : decidingFinding(one)?.remedy;
      const said = isOneCause(one)
        ? `${one.checks.length} checks: ${one.text} (${namesOf(one.checks)})`
        : `${one.title} (${one.id}, ${one.severity}): ${one.summary}`;
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
      ({ id, title, summary, waiver }) =>
        `${title} (${id}): ${summary} (${waiver?.owner ?? ''}, until ${waiver?.until ?? ''}: ${waiver?.reason ?? ''})`,
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
        ({ id, state, role, by, note }) =>
          `${id}: ${ATTESTATION_WORDS[state]}${by ? ` by ${by.name}` : ''} (${role})` +
          (by ? `, ${whenAndHow(by, verdict.decidedAt)}` : '') +
          (note === undefined ? '' : `; ${note}`),
      ),
      paint,
    ),
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
