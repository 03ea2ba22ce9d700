import { type PortName, PortUnavailable } from '../../contract/ports/observe.ts';
import { importOptional } from '../../host/import-optional.ts';
import type { OptionalPackage } from '../../host/optional-packages.ts';

/**
 * Loads the client of a port when its adapter is used.
 * @param load `() => import('the-package')`
 * @throws PortUnavailable with the command that installs it
 */
export function importClient<M>(port: PortName, name: OptionalPackage, load: () => Promise<M>): Promise<M> {
  return importOptional(
    name,
    load,
    (problem, command, cause) => new PortUnavailable(port, problem, command, { cause }),
  );
}
