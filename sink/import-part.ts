import { GreenlightError } from '../contract/errors.ts';

/**
 * Loads what only a sink needs.
 * @throws GreenlightError PART_MISSING that says what to install
 */
export async function importPart<M>(name: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    throw new GreenlightError('PART_MISSING', `a sink needs the package "${name}"`, {
      cause,
      hint: 'npm install --save-dev smtp-server postal-mime',
    });
  }
}
