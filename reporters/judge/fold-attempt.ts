import type { PlannedCheck } from '../../contract/plan/checks.ts';
import { CHECK_KINDS } from '../../contract/plan/kinds/index.ts';
import { eventOfText } from '../../contract/events/codes.ts';
import { meaningOf } from '../../contract/events/table.ts';
import type { Attempt, AttemptError } from '../../contract/evidence/evidence.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { worstOutcome, type CheckState, type Outcome } from '../../contract/evidence/outcome.ts';
import { contradictionOf } from './contradiction.ts';

/** What one attempt says about its check. `flaky` needs several attempts and is not among the answers. */
export interface AttemptAnswer {
  readonly state: Exclude<CheckState, 'flaky'>;
  readonly cause: string | null;
  readonly summary: string;
}

/** Folds Playwright's status, the classified errors and the findings of one attempt. Only evidence may say `failed`. */
export function foldAttempt(check: PlannedCheck, attempt: Attempt): AttemptAnswer {
  // Declared as broken by its author: neither its failure nor its success is a measurement that anyone relies on.
  if (attempt.status === 'expected-failure') {
    return notRun('expected-to-fail', 'declared as expected to fail, so its result says nothing');
  }
  const failed = attempt.findings.find((finding) => finding.outcome === 'fail');
  if (failed) return { state: 'failed', cause: failed.cause ?? 'finding', summary: failed.summary };
  return ANSWER[attempt.status](check, attempt);
}

type Answerer = (check: PlannedCheck, attempt: Attempt) => AttemptAnswer;

const ANSWER: Record<Exclude<Attempt['status'], 'expected-failure'>, Answerer> = {
  passed: passedAttempt,
  failed: failedAttempt,
  'timed-out': (_check, attempt) =>
    unknown('timed-out', `did not end within its time: ${errorText(attempt) ?? 'no step says why'}`),
  skipped: (_check, attempt) => notRun('skipped', `was skipped${because(attempt)}`),
  interrupted: () => notRun('interrupted', 'was interrupted'),
  'no-result': (_check, attempt) =>
    notRun('no-result', errorText(attempt) ?? 'was announced and never ended'),
};

function passedAttempt(check: PlannedCheck, attempt: Attempt): AttemptAnswer {
  const error = errorText(attempt);
  if (error !== undefined) return unknown('error-in-pass', `passed, yet reported an error: ${error}`);
  if (attempt.findings.length === 0) {
    if (CHECK_KINDS[check.source].recordsFindings)
      return unknown('no-finding', 'ended without saying what it saw');
    return attempt.comparisons > 0
      ? passed(check, attempt, 'the test passed')
      : unknown(
          'compared-nothing',
          'passed without comparing anything: none of its `expect`s was evaluated to the end',
        );
  }
  const outcome = worstOutcome(attempt.findings.map((finding) => finding.outcome));
  const deciding = attempt.findings.find((finding) => finding.outcome === outcome);
  const answers: Record<Outcome, () => AttemptAnswer> = {
    pass: () => passed(check, attempt, deciding?.summary ?? 'passed'),
    'not-applicable': () => ({
      state: 'not-applicable',
      cause: deciding?.cause ?? 'not-applicable',
      summary: deciding?.summary ?? 'does not apply here',
    }),
    unknown: () => unknownFinding(deciding),
    // Found before this point; kept so that a new outcome cannot be forgotten.
    fail: () => ({ state: 'failed', cause: deciding?.cause ?? 'finding', summary: deciding?.summary ?? '' }),
  };
  return answers[outcome]();
}

function passed(check: PlannedCheck, attempt: Attempt, summary: string): AttemptAnswer {
  for (const finding of attempt.findings) {
    const contradiction = contradictionOf(finding);
    if (contradiction !== undefined) {
      return unknown('contradiction', `says pass, but ${contradiction}`);
    }
  }
  const samples = attempt.findings.reduce((sum, finding) => sum + (finding.sampleSize ?? 0), 0);
  if (samples < check.sampleFloor) {
    return unknown('too-few-samples', `looked at ${samples}, and needs at least ${check.sampleFloor}`);
  }
  if (
    CHECK_KINDS[check.source].countsObjects &&
    attempt.findings.every(({ sampleSize }) => sampleSize === 0)
  ) {
    return { state: 'empty', cause: null, summary: 'there was nothing to look at' };
  }
  return { state: 'passed', cause: null, summary };
}

function failedAttempt(_check: PlannedCheck, attempt: Attempt): AttemptAnswer {
  const doubtful = attempt.findings.find((finding) => finding.outcome === 'unknown');
  const speaks = attempt.errors.some((error) => error.kind === 'assertion' || error.kind === 'connection');
  const foreign = attempt.errors.find(
    (error) => error.kind === 'other' || (error.kind === 'connection' && maybeOurs(error.message, attempt)),
  );
  if (speaks && !foreign) {
    const kind = attempt.errors.some((error) => error.kind === 'assertion') ? 'assertion' : 'connection';
    return { state: 'failed', cause: kind, summary: errorText(attempt) ?? 'failed' };
  }
  if (doubtful && !foreign) return unknownFinding(doubtful);
  if (foreign?.kind === 'connection') {
    return unknown(
      'own-network',
      attempt.control === 'silent'
        ? `the target could not be reached, and neither could the control address: ${oneLine(foreign.message)}`
        : `the target could not be reached, and nothing shows that it is not our own network: ${oneLine(foreign.message)}`,
    );
  }
  if (foreign) return unknown('broken-test', `broke before it could tell: ${wordsOf(foreign)}`);
  return unknown('no-finding', 'failed without saying what it saw');
}

/** What the table of events says of an error without an answer; one of Playwright's own limits is a time-out. */
function maybeOurs(message: string, { control }: Attempt): boolean {
  const event = eventOfText(message.split('\n', 1)[0] ?? '') ?? 'timeout';
  return meaningOf(event, 'single', control).outcome === 'unknown';
}

function unknownFinding(finding: Finding | undefined): AttemptAnswer {
  return unknown(finding?.cause ?? 'unknown', finding?.summary ?? 'could not tell');
}

function unknown(cause: string, summary: string): AttemptAnswer {
  return { state: 'unknown', cause, summary };
}

function notRun(cause: string, summary: string): AttemptAnswer {
  return { state: 'not-run', cause, summary };
}

function because(attempt: Attempt): string {
  const text = errorText(attempt);
  return text === undefined ? '' : `: ${text}`;
}

function wordsOf({ message, at }: AttemptError): string {
  return at === undefined ? oneLine(message) : `${oneLine(message)} (${at})`;
}

function errorText(attempt: Attempt): string | undefined {
  const error = attempt.errors[0];
  return error && wordsOf(error);
}

const MAX_LINE = 300;

/** The lines of an error that a person needs, as one. */
function oneLine(message: string): string {
  const text = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 4)
    .join('; ');
  return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
}
