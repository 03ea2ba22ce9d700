import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import { decidingFinding } from '../judge/deciding-finding.ts';
import { checkSentence } from '../judge/reasons.ts';
import { decides } from './decides.ts';
import { DECISION_WORDS, numbers } from './words.ts';

/**
 * JUnit XML of our own. Consumers know only failures, so whatever stands against GO must be one: the verdict is a
 * testcase that fails unless it is GO, and a required check that did not run is a failure, not "skipped".
 */
export function renderJunit(verdict: Verdict): string {
  const cases = [verdictCase(verdict), ...verdict.checks.map((check) => checkCase(check, verdict))];
  const failures = cases.filter((one) => one.includes('<failure')).length;
  const skipped = cases.filter((one) => one.includes('<skipped')).length;
  const seconds = toSeconds(verdict.checks.reduce((sum, check) => sum + check.durationMs, 0));
  const totals = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds}"`;
  const properties = [
    ['decision', verdict.decision],
    ['run', verdict.run.id],
    ['nonce', verdict.run.nonce],
    ['phase', verdict.run.phase],
    ['target', verdict.subject.target],
    ['expiresAt', verdict.expiresAt],
  ].map(([name = '', value = '']) => `      <property name="${xml(name)}" value="${xml(value)}"/>`);
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="greenlight" ${totals}>`,
    `  <testsuite name="${xml(verdict.subject.target)}" ${totals} timestamp="${xml(verdict.startedAt)}">`,
    '    <properties>',
    ...properties,
    '    </properties>',
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}

function verdictCase(verdict: Verdict): string {
  // Names must be unique: GitLab keeps only the first testcase of a name.
  const open = `    <testcase classname="greenlight.verdict" name="greenlight verdict" time="0"`;
  if (verdict.decision === 'GO') return `${open}/>`;
  const message = `${DECISION_WORDS[verdict.decision]}: ${verdict.reason}`;
  return [
    `${open}>`,
    `      <failure type="${verdict.decision}" message="${xml(message)}">${xml(verdict.reasons.join('\n'))}</failure>`,
    '    </testcase>',
  ].join('\n');
}

type End = 'pass' | 'failure' | 'skipped';

/** What does not decide must not turn a pipeline red: it is told as skipped, with its reason. */
function endOf(check: CheckResult, verdict: Verdict): End {
  if (check.state === 'passed') return 'pass';
  return decides(check, verdict) ? 'failure' : 'skipped';
}

function checkCase(check: CheckResult, verdict: Verdict): string {
  const open = `    <testcase classname="greenlight.${xml(check.project)}" name="${xml(check.id)}" time="${toSeconds(check.durationMs)}"`;
  const end = endOf(check, verdict);
  if (end === 'pass') return `${open}/>`;
  const sentence = checkSentence(check);
  const waived = check.waiver
    ? ` (waived by ${check.waiver.owner} until ${check.waiver.until}: ${check.waiver.reason})`
    : '';
  const body =
    end === 'skipped'
      ? `      <skipped message="${xml(`${check.severity} ${check.state}: ${sentence}${waived}`)}"/>`
      : `      <failure type="${check.state}" message="${xml(sentence)}">${xml(wholeText(check))}</failure>`;
  return [`${open}>`, body, '    </testcase>'].join('\n');
}

/** Values are cut in the message, which tools show in lists, and whole here. */
function wholeText(check: CheckResult): string {
  const finding = decidingFinding(check);
  const lines = [
    check.title,
    check.summary,
    numbers(finding),
    finding?.remedy && `remedy: ${finding.remedy}`,
    check.owner && `call: ${check.owner}`,
    check.runbook && `runbook: ${check.runbook}`,
  ];
  return lines.filter(Boolean).join('\n');
}

function toSeconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Escapes text for XML 1.0 and drops the characters that it cannot hold in any form. */
export function xml(text: string): string {
  return (
    text
      // Control characters and lone surrogates break the whole document, even escaped.
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&apos;')
      .replace(/\r/g, '&#13;')
      .replace(/\n/g, '&#10;')
      .replace(/\t/g, '&#9;')
  );
}
