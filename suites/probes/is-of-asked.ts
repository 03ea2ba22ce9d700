import type { ProbeTools } from '../probe-finding.ts';

/**
 * Whether what is shown in the end is still of the one that was asked: the target, or the third party whose endpoint it
 * is. What another one shows, such as a provider of logins, says nothing about it.
 */
export function isOfAsked(
  url: string,
  endpoint: string,
  { urls, thirdParties }: Pick<ProbeTools, 'urls' | 'thirdParties'>,
): boolean {
  const third = thirdParties?.has(endpoint) === true;
  const hosts = Object.entries(urls).flatMap(([name, base]) =>
    (third ? name === endpoint : thirdParties?.has(name) !== true) ? [new URL(base).host] : [],
  );
  return URL.canParse(url) && hosts.includes(new URL(url).host);
}
