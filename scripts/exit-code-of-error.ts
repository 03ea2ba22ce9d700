import { type ErrorCode, GreenlightError } from '../contract/errors.ts';
import { EXIT } from '../contract/exit-codes.ts';

/**
 * What an error means for whoever reads the exit code. 64 is for what the caller must correct before anything can
 * be done; all else is "we could not tell". Never 1 and never 10: a defect of ours must not roll anything back.
 */
const EXIT_OF_ERROR: Record<ErrorCode, number> = {
  PLAN_INVALID: EXIT.USAGE,
  PLAN_NOT_FOUND: EXIT.USAGE,
  PLAN_UNREADABLE: EXIT.USAGE,
  USAGE: EXIT.USAGE,
  LIVE_KEY: EXIT.USAGE,
  SECRET_MISSING: EXIT.USAGE,
  EVIDENCE_OTHER_PLAN: EXIT.USAGE,
  EVIDENCE_INVALID: EXIT.INCONCLUSIVE,
  EVIDENCE_UNSEALED: EXIT.INCONCLUSIVE,
  VERDICT_STANDS: EXIT.INCONCLUSIVE,
  LEASE_HELD: EXIT.INCONCLUSIVE,
  LEDGER_UNWRITABLE: EXIT.INCONCLUSIVE,
  STATE_UNWRITABLE: EXIT.INCONCLUSIVE,
  LEDGER_UNREADABLE: EXIT.INCONCLUSIVE,
  REPORT_UNWRITABLE: EXIT.INCONCLUSIVE,
  REPORT_IN_USE: EXIT.INCONCLUSIVE,
  PART_MISSING: EXIT.INCONCLUSIVE,
  DEMO_FAILED: EXIT.INCONCLUSIVE,
  INTERNAL: EXIT.INCONCLUSIVE,
};

/** The exit code for anything that was thrown. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof GreenlightError ? EXIT_OF_ERROR[error.code] : EXIT.INCONCLUSIVE;
}
