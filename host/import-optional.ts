import { GreenlightError } from '../contract/errors.ts';
import { packageDirectory } from './find-playwright.ts';
import { installCommand, OPTIONAL_PACKAGES, type OptionalPackage } from './optional-packages.ts';
import { versionIn } from './package-root.ts';

/** Makes the error of a package that cannot be loaded; `command` installs it. */
export type MissingPackage = (problem: string, command: string, cause: unknown) => Error;

/**
 * Loads a package that only some plans need, when it is used: the one door for all of them.
 * @param load `() => import('the-package')`
 * @param missing the error of the caller; by default GreenlightError PART_MISSING
 * @throws what `missing` makes
 */
export async function importOptional<M>(
  name: OptionalPackage,
  load: () => Promise<M>,
  missing: MissingPackage = partMissing,
): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    const problem = `the package ${name} (${OPTIONAL_PACKAGES[name]}) ${whyNot(name)}`;
    throw missing(problem, installCommand([name]), cause);
  }
}

/** The command is in the message, because a check that throws keeps only that. */
function partMissing(problem: string, command: string, cause: unknown): GreenlightError {
  return new GreenlightError('PART_MISSING', `${problem}: ${command}`, { cause });
}

function whyNot(name: OptionalPackage): string {
  const directory = packageDirectory(name, import.meta.filename);
  if (directory === undefined) return 'is not installed';
  return `is there, in version ${versionIn(directory)}, and cannot be loaded from ${directory}`;
}
