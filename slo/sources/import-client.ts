import { GreenlightError } from '../../contract/errors.ts';
import { MetricsUnavailable } from '../../contract/ports/metrics.ts';
import { importOptional } from '../../host/import-optional.ts';
import type { OptionalPackage } from '../../host/optional-packages.ts';

/**
 * Loads the client of a source of metrics when it is asked.
 * @param load `() => import('the-package')`
 * @param otherWay what helps besides installing it
 * @throws MetricsUnavailable with the command that installs it
 */
export async function importClient<M>(
  name: OptionalPackage,
  load: () => Promise<M>,
  otherWay?: string,
): Promise<M> {
  try {
    return await importOptional(name, load);
  } catch (error) {
    if (!(error instanceof GreenlightError)) throw error;
    const hint = otherWay === undefined ? error.hint : `${error.hint}, or ${otherWay}`;
    throw new MetricsUnavailable(error.message, hint, { cause: error.cause });
  }
}
