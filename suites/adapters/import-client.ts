import { GreenlightError } from '../../contract/errors.ts';
import { type PortName, PortUnavailable } from '../../contract/ports/observe.ts';
import { importOptional } from '../../host/import-optional.ts';
import type { OptionalPackage } from '../../host/optional-packages.ts';

/**
 * Loads the client of a port when its adapter is used.
 * @param load `() => import('the-package')`
 * @throws PortUnavailable with the command that installs it
 */
export async function importClient<M>(
  port: PortName,
  name: OptionalPackage,
  load: () => Promise<M>,
): Promise<M> {
  try {
    return await importOptional(name, load);
  } catch (error) {
    if (!(error instanceof GreenlightError)) throw error;
    throw new PortUnavailable(port, error.message, error.hint, { cause: error.cause });
  }
}
