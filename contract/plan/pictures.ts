import { placesOf } from './addresses.ts';
import { hostOf, isAllowed, isLoopback } from './loopback.ts';
import type { Plan } from './plan.ts';

/**
 * The hosts that a browser of this plan may show, and of which no pictures may be taken: neither loopback nor in
 * `allow.pictures`. What a page shows of a customer can be masked in text, and not in pixels. Empty: pictures are taken.
 */
export function hostsWithoutPictures({ target, allow }: Pick<Plan, 'target' | 'allow'>): readonly string[] {
  const hosts = placesOf(target).flatMap(({ url }) => hostOf(url) ?? []);
  const unasked = hosts.filter((host) => !isLoopback(host) && !isAllowed(host, allow.pictures ?? []));
  return [...new Set(unasked.map(({ nameAndPort }) => nameAndPort))];
}
