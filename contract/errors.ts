import { type ErrorCode, ERRORS } from './error-table.ts';

export type { ErrorCode };

/** One thing that is wrong with some input. */
export interface Problem {
  /** Where: a path in the plan, an option, a file. */
  readonly path: string;
  /** What was found there. */
  readonly value: string;
  readonly problem: string;
  readonly remedy: string;
}

interface GreenlightErrorOptions extends ErrorOptions {
  readonly hint?: string;
  readonly problems?: readonly Problem[];
}

/** An error that tells its reader what to do. */
export class GreenlightError extends Error {
  override readonly name = 'GreenlightError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly problems: readonly Problem[];
  constructor(code: ErrorCode, message: string, options: GreenlightErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.problems = options.problems ?? [];
  }
}

/** The text that people see for an error: title, message, every problem, causes, hint. */
export function describeError(error: unknown): string {
  if (!(error instanceof GreenlightError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `INTERNAL: ${ERRORS.INTERNAL.title}: ${text}\n  ${ERRORS.INTERNAL.hint}`;
  }
  const lines = [`${error.code}: ${ERRORS[error.code].title}: ${error.message}`];
  error.problems.forEach((problem, index) => {
    lines.push(
      `  ${index + 1}. ${problem.path}: ${problem.problem} (found ${problem.value})`,
      `     -> ${problem.remedy}`,
    );
  });
  for (
    let cause = error.cause;
    cause !== undefined;
    cause = cause instanceof Error ? cause.cause : undefined
  ) {
    lines.push(`  caused by: ${cause instanceof Error ? cause.message : JSON.stringify(cause)}`);
  }
  lines.push(`  ${error.hint}`);
  return lines.join('\n');
}
