import { type Loose, object } from '../flow/loose.ts';
import type { Headers } from './headers.ts';
import type { Target } from './target.ts';

/** One place to which requests go, and what goes with each of them. */
export interface Place {
  /** The key by which requests name it: of `target.urls` or `target.thirdParties`. */
  readonly name: string;
  readonly url: string;
  readonly headers: Headers;
  /** Not the target: what it answers is never the target's fault. */
  readonly thirdParty: boolean;
}

/** Every place that requests of flows and probes may go to: the target's, the old system's, those of third parties. */
export function placesOf(target: Target): readonly Place[] {
  const of = (urls: Readonly<Record<string, string>>, headers: Headers): Place[] =>
    Object.entries(urls).map(([name, url]) => ({ name, url, headers, thirdParty: false }));
  return [
    ...of(target.urls, target.headers ?? {}),
    ...of(target.old?.urls ?? {}, target.old?.headers ?? {}),
    ...Object.entries(target.thirdParties ?? {}).map(([name, { url, headers }]) => ({
      name,
      url,
      headers,
      thirdParty: true,
    })),
  ];
}

/** Base URL by the name that flows and probes use: the target's own and those of third parties. */
export function addressesOf(target: Pick<Target, 'urls' | 'thirdParties'>): Readonly<Record<string, string>> {
  const others = Object.entries(target.thirdParties ?? {}).map(([name, { url }]) => [name, url] as const);
  return { ...target.urls, ...Object.fromEntries(others) };
}

/**
 * The third party that a URL belongs to, by its name; undefined for the target and for addresses that nobody named.
 * @param urls base URLs by name, of the target and of third parties
 */
export function thirdPartyAt(
  url: string,
  urls: Readonly<Record<string, string>>,
  thirdParties: ReadonlySet<string> | undefined,
): string | undefined {
  if (thirdParties === undefined || thirdParties.size === 0) return undefined;
  const places = Object.entries(urls).map(([name, base]): Place => {
    return { name, url: base, headers: {}, thirdParty: thirdParties.has(name) };
  });
  const place = placeOf(url, places);
  return place?.thirdParty === true ? place.name : undefined;
}

/** The place in which a URL lies: the one with the longest base, so that two may share a host. */
export function placeOf(url: string, places: readonly Place[]): Place | undefined {
  const base = (place: Place): string => place.url.replace(/\/+$/, '');
  return places
    .filter((place) => url.startsWith(base(place)) && /^([/?#]|$)/.test(url.slice(base(place).length)))
    .sort((a, b) => base(b).length - base(a).length)[0];
}

/** The address that a plan of any shape gives a name, of the target or of a third party; undefined: it has none. */
export function addressIn(plan: Loose, name: string): URL | undefined {
  const target = object(plan['target']);
  const other = object(target['thirdParties'])[name];
  const url = object(target['urls'])[name] ?? (typeof other === 'string' ? other : object(other)['url']);
  return typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
}
