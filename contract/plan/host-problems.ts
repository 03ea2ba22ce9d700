import type { Problem } from '../errors.ts';
import { hostOf, isAllowed, isLoopback } from './loopback.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { isPaymentProvider } from './payment-providers.ts';

/** Hosts of the target that are neither loopback nor allowed for what is done to them. */
export function hostProblems(
  plan: Loose,
  permission: 'createData' | 'load',
  path: string,
  what: string,
): Problem[] {
  const allowed = list(object(plan['allow'])[permission]);
  return Object.values(object(object(plan['target'])['urls'])).flatMap((url) => {
    const host = typeof url === 'string' ? hostOf(url) : undefined;
    if (permission === 'load' && host !== undefined && isPaymentProvider(host)) {
      return [
        {
          path,
          value: host.nameAndPort,
          problem: `${what}, and this host belongs to a payment provider`,
          remedy: 'take it out of target.urls: load is never made on a payment provider',
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
  });
}
