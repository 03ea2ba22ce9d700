import { eventOfText } from '../contract/events/codes.ts';
import { isOurs } from '../contract/events/table.ts';
import type { AttemptError } from '../contract/evidence/evidence.ts';
import { describeFinding, type Finding } from '../contract/evidence/finding.ts';

/** What this module needs of Playwright's errors. */
export interface SeenError {
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
  /** What was thrown when it was not an Error. */
  readonly value?: string | undefined;
}

/** What this module needs of Playwright's steps. */
export interface SeenStep {
  readonly category: string;
  readonly title: string;
  /** Milliseconds; negative while the step has not ended. */
  readonly duration: number;
  readonly error?: SeenError | undefined;
  readonly steps: readonly SeenStep[];
  readonly location?: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

const MAX_MESSAGE = 2000;

/**
 * Says what each error of an attempt means. Playwright gives a failed comparison and a TypeError the same status and
 * the same keys; only the steps tell them apart, so an error is an assertion only if an `expect` step ended with
 * exactly this error and really compared something. In doubt it is `other`, which says nothing about the target.
 */
export function classifyErrors(
  errors: readonly SeenError[],
  steps: readonly SeenStep[],
  findings: readonly Finding[],
): readonly AttemptError[] {
  const failed = flatten(steps).filter((step) => step.error !== undefined);
  return errors.map((error) => {
    const message = textOf(error);
    return { message: cap(message), kind: kindOf(error, message, failed, findings) };
  });
}

function kindOf(
  error: SeenError,
  message: string,
  failed: readonly SeenStep[],
  findings: readonly Finding[],
): AttemptError['kind'] {
  if (findings.some((finding) => saysNo(message, finding))) return 'finding';
  const own = failed.filter((step) => isSame(step.error, error));
  if (own.some((step) => step.category === 'expect') && isComparison(message, failed)) return 'assertion';
  const waiting = own.some((step) => step.category === 'expect' || step.category === 'pw:api');
  if (waiting && failed.some((step) => step.category === 'pw:api' && isNoAnswer(step, message))) {
    return 'connection';
  }
  return 'other';
}

function saysNo(message: string, finding: Finding): boolean {
  return (
    (finding.outcome === 'fail' || finding.outcome === 'unknown') &&
    message.trimEnd() === `FindingSaysNo: ${describeFinding(finding)}`.trimEnd()
  );
}

/** The words with which a matcher introduces what it compared. */
const MATCHER_HINT = /expect(\.\w+)?\([^()]*\)\.(?:(?:not|resolves|rejects)\.)*to[A-Z]\w*\(/;

/** Ends of an `expect` in which nothing about the target was compared. */
const NOTHING_COMPARED = [
  /\bMatcher error\b/,
  /Target page, context or browser has been closed/,
  /Target crashed|Page crashed|Browser has been closed/,
  /Test timeout of \d+ms exceeded|Test ended/,
  /snapshot doesn't exist/i,
  /Received promise rejected instead of resolved/,
  // A function that throws may be broken itself.
  /\.not\.toThrow/,
];

/** How `toPass` and `poll` end: their message is that of the last try, whatever that was. */
const RETRIED = /while waiting on the predicate/;

function isComparison(message: string, failed: readonly SeenStep[]): boolean {
  if (!/^Error: /.test(message) || !MATCHER_HINT.test(message)) return false;
  if (NOTHING_COMPARED.some((pattern) => pattern.test(message))) return false;
  if (!RETRIED.test(message)) return true;
  // A TypeError inside the function looks the same from outside: the last try must hold a comparison of its own.
  return failed.some((step) => {
    if (step.category !== 'expect') return false;
    const inner = textOf(step.error ?? {});
    return !RETRIED.test(inner) && isComparison(inner, []) && message.includes(bodyOf(inner));
  });
}

/** Playwright's requests: a time limit of theirs is one for the target. That of a click is not. */
const REQUEST_TIMED_OUT = /^\w*Error: apiRequestContext\.\w+: (Timeout|Request timed out)/;

function isNoAnswer(step: SeenStep, message: string): boolean {
  const text = textOf(step.error ?? {});
  // Only the first line: the call log below it quotes addresses and headers.
  const line = text.split('\n', 1)[0] ?? '';
  if (line === '' || !message.includes(bodyOf(line))) return false;
  const event = eventOfText(line);
  return event === undefined ? REQUEST_TIMED_OUT.test(line) : !isOurs(event);
}

function isSame(one: SeenError | undefined, other: SeenError): boolean {
  if (!one || textOf(one) !== textOf(other)) return false;
  return one.stack === undefined || other.stack === undefined || one.stack === other.stack;
}

function flatten(steps: readonly SeenStep[]): readonly SeenStep[] {
  return steps.flatMap((step) => [step, ...flatten(step.steps)]);
}

/** The message without the name of the error class. */
function bodyOf(message: string): string {
  return message.replace(/^\w*Error: /, '');
}

/** The text of an error without terminal colours; never empty. */
export function textOf(error: SeenError): string {
  return plainText(error.message ?? error.value ?? '') || 'an error without a message';
}

/** Text without terminal escapes. */
export function plainText(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '');
}

function cap(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}… (${text.length} characters)` : text;
}
