import { type PortName, PortUnavailable } from '../../contract/ports/observe.ts';

/**
 * Loads a third-party client only when its adapter is used, so that nobody installs what no plan asks for.
 * @param load `() => import('the-package')`
 * @throws PortUnavailable that says what to install
 */
export async function importClient<M>(port: PortName, name: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (error) {
    throw new PortUnavailable(
      port,
      `the package "${name}" could not be loaded`,
      `install it: npm install --save-dev ${name}`,
      { cause: error },
    );
  }
}
