import type { CheckResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { inHeadline, nameInWords } from '../../judge/headline.ts';
import { byCause, causeSentence, isOneCause, type OneCause } from '../../judge/one-cause.ts';
import { decides } from '../decides.ts';
import { flat } from '../flat.ts';
import { isBeyondWarning } from '../sections.ts';

/** GitHub shows so many of each kind in a step and drops the others. */
const MOST = 10;
const LONGEST = 1000;

/** Workflow commands that show what is wrong on the page of the run; empty for a GO without warnings. */
export function renderGithubAnnotations(verdict: Verdict): string {
  const wrong = verdict.checks.filter((check) => decides(check, verdict) || !isFine(check));
  const errors = byCause(wrong.filter((check) => decides(check, verdict)));
  const warnings = byCause(wrong.filter((check) => !decides(check, verdict)));
  const head =
    verdict.decision === 'GO' ? [] : [command('error', `Greenlight: ${verdict.decision}`, verdict.reason)];
  const lines = [
    ...head,
    ...errors.slice(0, MOST - head.length).map((check) => of('error', check)),
    ...warnings.slice(0, MOST).map((check) => of('warning', check)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function isFine(check: CheckResult): boolean {
  if (check.state === 'passed') return !isBeyondWarning(check);
  return check.state === 'empty' || check.state === 'not-applicable';
}

function of(kind: 'error' | 'warning', check: CheckResult | OneCause): string {
  if (isOneCause(check))
    return command(kind, `${check.checks.length} checks: ${check.state}`, causeSentence(check));
  return command(kind, `${nameInWords(check)}: ${check.state}`, inHeadline(check.summary));
}

function command(kind: 'error' | 'warning', title: string, message: string): string {
  return `::${kind} title=${escapeProperty(flat(title, 200))}::${escapeData(flat(message, LONGEST))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
