import { GreenlightError, type Problem } from '../errors.ts';
import type { Target } from './target.ts';
import { hasCredentials } from './web-address.ts';

type Addresses = Pick<Target, 'urls' | 'old' | 'thirdParties'>;

/** Called before anything is sent. @throws GreenlightError PLAN_INVALID that names every place and never the password */
export function refuseUrlCredentials(target: Addresses): void {
  const problems = credentialProblems(target);
  if (problems.length > 0)
    throw new GreenlightError('PLAN_INVALID', `${problems.length} in its addresses`, { problems });
}

/**
 * Addresses of a plan that hold a user name or a password. Node's client refuses them, k6 takes them, and every report
 * would show them: so nothing is sent with them.
 */
export function credentialProblems(target: Addresses): readonly Problem[] {
  const addresses = {
    ...prefixed('target.urls', target.urls),
    ...prefixed('target.old.urls', target.old?.urls ?? {}),
    ...prefixed(
      'target.thirdParties',
      Object.fromEntries(Object.entries(target.thirdParties ?? {}).map(([name, { url }]) => [name, url])),
    ),
  };
  return Object.entries(addresses)
    .filter(([, url]) => hasCredentials(url))
    .map(([path]) => ({
      path,
      value: 'an address with a user name or password',
      problem: 'holds credentials, which not every asker can send and every report would show',
      remedy:
        'take them out, and send headers: { authorization: secret(\'SHOP_AUTH\') } beside it, with the value "Basic <base64 of user:password>"',
    }));
}

function prefixed(path: string, urls: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(urls).map(([name, url]) => [`${path}.${name}`, url]));
}
