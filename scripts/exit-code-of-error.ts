import { GreenlightError } from '../contract/errors.ts';
import { ERRORS } from '../contract/error-table.ts';
import { EXIT } from '../contract/exit-codes.ts';

/** The exit code for anything that was thrown: what no error of ours explains is "we could not tell". */
export function exitCodeOfError(error: unknown): number {
  return error instanceof GreenlightError ? EXIT[ERRORS[error.code].exit] : EXIT.INCONCLUSIVE;
}
