import type { Problem } from '../errors.ts';
import { hostOf, isAllowed, isLoopback } from './loopback.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { isPaymentProvider } from './payment-providers.ts';

type Permission = 'createData' | 'load' | 'rateLimit' | 'open';

/** What payment providers never get, whatever the plan allows. */
const NEVER_ON_PROVIDERS: Readonly<Partial<Record<Permission, string>>> = {
  load: 'take it out of target.urls: load is never made on a payment provider',
  rateLimit: 'name another endpoint: the limit of a payment provider is never tried',
  open: 'name another endpoint: a payment provider is never searched for what stands open',
};

/** Hosts of the target that are neither loopback nor allowed for what is done to them. */
export function hostProblems(plan: Loose, permission: Permission, path: string, what: string): Problem[] {
  return Object.values(object(object(plan['target'])['urls'])).flatMap((url) =>
    hostProblem(plan, permission, path, what, url),
  );
}

/** The same for the one host that a probe asks; a third party cannot be allowed. @param name key of `target.urls` */
export function endpointProblems(
  plan: Loose,
  permission: Permission,
  name: string,
  path: string,
  what: string,
): Problem[] {
  const url = object(object(plan['target'])['urls'])[name];
  if (url !== undefined) return hostProblem(plan, permission, path, what, url);
  const isOther = name in object(object(plan['target'])['thirdParties']);
  return [
    {
      path,
      value: name,
      problem: isOther ? `${what}, and this is a third party` : 'the target has no address of this name',
      remedy: 'name a key of target.urls',
    },
  ];
}

function hostProblem(
  plan: Loose,
  permission: Permission,
  path: string,
  what: string,
  url: unknown,
): Problem[] {
  const allowed = list(object(plan['allow'])[permission]);
  const host = typeof url === 'string' ? hostOf(url) : undefined;
  const never = NEVER_ON_PROVIDERS[permission];
  if (never !== undefined && host !== undefined && isPaymentProvider(host)) {
    return [
      {
        path,
        value: host.nameAndPort,
        problem: `${what}, and this host belongs to a payment provider`,
        remedy: never,
      },
    ];
  }
  if (host === undefined || isLoopback(host) || isAllowed(host, allowed)) return [];
  return [
    {
      path,
      value: host.nameAndPort,
      problem: `${what}, and this host is neither loopback nor allowed`,
      remedy: `add it deliberately: allow: { ${permission}: ['${host.name}'] }`,
    },
  ];
}
