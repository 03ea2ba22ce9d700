import { addressesOf } from '../../contract/plan/addresses.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { switchOf } from '../../contract/plan/switches.ts';
import type { ApplicationPort } from '../../contract/ports/application.ts';
import { createControl } from '../control.ts';
import type { ProbeTools } from '../probe-finding.ts';
import { readTried } from '../probes/breakers-probe.ts';
import { readToggled } from '../probes/flags-probe.ts';

/**
 * The state in which something is now that a run has turned, read as its probe reads it.
 * @param entry of the ledger
 * @returns undefined where the plan does not say any more how it is read
 * @throws CannotTell
 */
export async function switchState(
  plan: Plan,
  entry: { readonly check: string; readonly identity: string },
  application: ApplicationPort,
): Promise<string | undefined> {
  const { target } = plan;
  const { name } = switchOf(entry.identity);
  const probe = plan.probes.find(({ id }) => id === entry.check);
  const tools: ProbeTools = {
    application,
    urls: addressesOf(target),
    thirdParties: new Set(Object.keys(target.thirdParties ?? {})),
    control: createControl(target.control),
    // Nothing waits here for a rate limit: the next sweep looks again.
    rateLimitWaitMs: 0,
  };
  if (probe?.kind === 'flags' && probe.toggle?.flag === name)
    return readToggled(probe.source, name, { target, tools, budgetMs: probe.budgetMs });
  if (probe?.kind === 'breakers' && probe.trial?.provider === name) return readTried(probe, name, tools);
  return undefined;
}
