import { Unavailable } from '../../contract/cannot-tell.ts';
import { importOptional } from '../../host/import-optional.ts';
import type { OptionalPackage } from '../../host/optional-packages.ts';

/**
 * Loads the client of a source of metrics when it is asked.
 * @param load `() => import('the-package')`
 * @param otherWay what helps besides installing it
 * @throws Unavailable with the command that installs it
 */
export function importClient<M>(
  name: OptionalPackage,
  load: () => Promise<M>,
  otherWay?: string,
): Promise<M> {
  return importOptional(name, load, (problem, command, cause) => {
    const hint = otherWay === undefined ? command : `${command}, or ${otherWay}`;
    return new Unavailable(problem, hint, { cause });
  });
}
