/** Every error that a user can meet. `docs/errors.md` is generated from this table. */
export const ERRORS = {
  PLAN_INVALID: {
    title: 'The plan has problems',
    hint: 'Correct every line above; nothing was sent or started.',
  },
  PLAN_NOT_FOUND: {
    title: 'No plan was found',
    hint: 'Run `greenlight init` to write one, or name it with --config <file>.',
  },
  PLAN_UNREADABLE: {
    title: 'The plan could not be loaded',
    hint: 'The file threw while it was evaluated; the cause is above.',
  },
  USAGE: { title: 'The command line is not right', hint: 'See `greenlight <command> --help`.' },
  LIVE_KEY: {
    title: 'A live key was found',
    hint: 'Greenlight only works with test-mode keys (sk_test_, rk_test_). Nothing was sent.',
  },
  SECRET_MISSING: {
    title: 'A secret is not set',
    hint: 'Set the environment variable; its value is never written to any file.',
  },
  LEASE_HELD: {
    title: 'Another run is on this target',
    hint: 'Wait for it to end, or look at the lease file named above.',
  },
  LEDGER_UNWRITABLE: {
    title: 'The ledger of test data cannot be written',
    hint: 'Nothing is created on a target unless it can be recorded first. Free space or choose another --state directory.',
  },
  STATE_UNWRITABLE: {
    title: 'The state directory cannot be written',
    hint: 'The lease of a run and the ledger of its test data live there. Free space, or choose another --state directory.',
  },
  LEDGER_UNREADABLE: {
    title: 'The ledger of test data cannot be read',
    hint: 'It was edited or written by another version; what is left on the target must be looked up by hand.',
  },
  REPORT_UNWRITABLE: {
    title: 'The report cannot be written',
    hint: 'Free space or choose another --output directory, and run again.',
  },
  REPORT_IN_USE: {
    title: 'Another run is writing its report there',
    hint: 'Nothing was run, and that report was not touched. Wait for it to end, or choose another --output directory.',
  },
  PART_MISSING: {
    title: 'A part is missing',
    hint: 'Run `greenlight doctor` to see what is there and how to get the rest.',
  },
  EVIDENCE_INVALID: {
    title: 'The evidence cannot be used',
    hint: 'It was cut short, edited, or written by another version. Run again.',
  },
  EVIDENCE_UNSEALED: {
    title: 'The evidence is not what its run sealed',
    hint: 'Nothing was signed. It was edited, replaced, or written without the key: run again with --sign-key, and use what that run wrote.',
  },
  VERDICT_STANDS: {
    title: 'The gate kept an older verdict of the same run',
    hint: 'Nothing was stored for the reports above; the gate answers with what it holds.',
  },
  EVIDENCE_OTHER_PLAN: {
    title: 'The evidence belongs to another configuration',
    hint: 'Judge it with the plan and policy of its own run.',
  },
  DEMO_FAILED: {
    title: 'The demo could not be set up',
    hint: 'The cause is above; `greenlight doctor` shows the parts.',
  },
  INTERNAL: { title: 'Greenlight itself failed', hint: 'This is a defect of Greenlight, not of the target.' },
} as const satisfies Record<string, { title: string; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

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
