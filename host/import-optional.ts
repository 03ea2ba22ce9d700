import { GreenlightError } from '../contract/errors.ts';
import { packageDirectory } from './find-playwright.ts';
import { installCommand, OPTIONAL_PACKAGES, type OptionalPackage } from './optional-packages.ts';
import { versionIn } from './package-root.ts';

/**
 * Loads a package that only some plans need, when it is used: the one door for all of them.
 * @param load `() => import('the-package')`
 * @throws GreenlightError PART_MISSING with the command that installs it
 */
export async function importOptional<M>(name: OptionalPackage, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    throw new GreenlightError(
      'PART_MISSING',
      `the package ${name} (${OPTIONAL_PACKAGES[name]}) ${whyNot(name)}`,
      {
        cause,
        hint: installCommand([name]),
      },
    );
  }
}

function whyNot(name: OptionalPackage): string {
  const directory = packageDirectory(name, import.meta.filename);
  if (directory === undefined) return 'is not installed';
  return `is there, in version ${versionIn(directory)}, and cannot be loaded from ${directory}`;
}
