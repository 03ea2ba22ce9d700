import { createsData, unportableSteps, type Flow } from '../contract/flow/flow.ts';
import { beyondCaps, type LoadProfile } from '../contract/load/load-profile.ts';
import { hostOf, isAllowed, isLoopback } from '../contract/plan/loopback.ts';
import { isPaymentProvider } from '../contract/plan/payment-providers.ts';
import type { Plan } from '../contract/plan/plan.ts';

export interface Refusal {
  readonly summary: string;
  readonly remedy: string;
}

/**
 * The last guard before load is made; the plan was checked before, but a plan may reach this by other ways than the
 * command line. Pure.
 * @returns undefined when load may be made
 */
export function refusal(plan: Plan, profile: LoadProfile, flow: Flow | undefined): Refusal | undefined {
  if (profile.flow !== undefined && flow === undefined) {
    return {
      summary: `The plan has no flow "${profile.flow}"`,
      remedy: `use one of: ${plan.flows.map(({ id }) => id).join(', ') || '(the plan has none)'}`,
    };
  }
  const unportable = flow === undefined ? [] : unportableSteps(flow);
  if (unportable.length > 0) {
    return {
      summary: `No load engine can run these steps of "${flow?.id}": ${unportable.map(({ id, kind }) => `${id} (${kind})`).join(', ')}`,
      remedy: 'name a flow of requests only, none of which polls',
    };
  }
  if (flow !== undefined && createsData(flow)) {
    return {
      summary: `The flow "${flow.id}" creates data, and nothing would remove what thousands of iterations leave behind`,
      remedy: 'make load with a flow that only reads, or put what it needs there before',
    };
  }
  const excess = beyondCaps(profile, plan.load.caps);
  if (excess.length > 0) {
    return {
      summary: `The profile orders more load than the plan allows at all: ${excess.join(', ')}`,
      remedy: 'lower it, or raise load.caps deliberately',
    };
  }
  for (const url of Object.values(plan.target.urls)) {
    const host = hostOf(url);
    if (host === undefined) continue;
    if (isPaymentProvider(host)) {
      return {
        summary: `${host.name} belongs to a payment provider`,
        remedy: 'load is never made on a payment provider: take it out of target.urls',
      };
    }
    const allowed = isAllowed(host, plan.allow.load);
    if (!isLoopback(host) && !allowed) {
      return {
        summary: `${host.nameAndPort} is neither loopback nor allowed for load`,
        remedy: `add it deliberately: allow: { load: ['${host.name}'] }`,
      };
    }
  }
  return undefined;
}
