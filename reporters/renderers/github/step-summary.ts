import type { CheckState, Decision } from '../../../contract/evidence/outcome.ts';
import type { CheckResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { markdownText } from '../markdown-text.ts';
import { DECISION_MEANING, DECISION_WORDS, duration, STATE_WORDS, time } from '../words.ts';

/** GitHub drops the whole summary of a step beyond 1 MiB, without a word near that limit. */
const MOST_BYTES = 900 * 1024;

const SIGN: Record<Decision, string> = { GO: '🟢', NO_GO: '🔴', INCONCLUSIVE: '🟡' };
const STATE_RANK: Record<CheckState, number> = {
  failed: 0,
  unknown: 1,
  'not-run': 2,
  flaky: 3,
  'not-applicable': 4,
  empty: 5,
  passed: 6,
};

/**
 * Markdown for $GITHUB_STEP_SUMMARY, worst first, so that what is cut off is what passed.
 * @param pointer where the whole report is, in plain words
 */
export function renderStepSummary(verdict: Verdict, pointer: string): string {
  const { decision, subject, run } = verdict;
  const head = [
    `## ${SIGN[decision]} ${DECISION_WORDS[decision]}: ${markdownText(subject.target, 200)}, ${run.phase}`,
    '',
    `**${markdownText(verdict.reason, 2000)}**`,
    '',
    DECISION_MEANING[decision],
    '',
    ...(subject.wanted === null
      ? []
      : [
          `Release ${markdownText(subject.wanted.id, 200)}${subject.wanted.commit ? `, commit ${markdownText(subject.wanted.commit, 100)}` : ''}`,
          '',
        ]),
    `Run ${markdownText(run.id, 100)}, decided ${time(verdict.decidedAt)}, valid until ${time(verdict.expiresAt)}. ${markdownText(pointer, 500)}`,
    '',
    ...verdict.reasons.slice(1, 50).map((reason) => `- ${markdownText(reason, 1000)}`),
    '',
    '| | check | state | what was seen | took |',
    '|---|---|---|---|---|',
  ];
  const checks = [...verdict.checks].sort((a, b) => STATE_RANK[a.state] - STATE_RANK[b.state]);
  return capped(head, checks.map(row), `\n*Cut off here. ${markdownText(pointer, 500)}*\n`);
}

function row(check: CheckResult): string {
  const kind = check.severity === 'blocking' ? '**' : '';
  const state = check.waiver === null ? STATE_WORDS[check.state] : `${STATE_WORDS[check.state]}, waived`;
  return `| ${check.severity} | ${markdownText(check.title, 200)} (${kind}${check.id}${kind}) | ${state} | ${markdownText(check.summary, 2000)} | ${duration(check.durationMs)} |`;
}

function capped(head: readonly string[], rows: readonly string[], end: string): string {
  const lines: string[] = [...head];
  let bytes = size(head.join('\n')) + size(end) + 1;
  for (const line of rows) {
    bytes += size(line) + 1;
    if (bytes > MOST_BYTES) return `${lines.join('\n')}\n${end}`;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

/** Bytes in UTF-8, counted without any part of Node. */
function size(text: string): number {
  let bytes = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
