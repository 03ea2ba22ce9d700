import type { ResponseView } from '../../../contract/flow/http.ts';
import type { Asker } from './asker.ts';

/** Where the home page of an address is, and what it answers. */
export interface Home {
  /** The address of the target, without a slash at its end: as given, or where its home page led within the same site. */
  readonly base: string;
  /** Redirects that were followed, in their order. */
  readonly hops: readonly { readonly from: string; readonly to: string; readonly status: number }[];
  /** Another site to which the home page sends its visitors: nothing there was asked. */
  readonly leadsTo: string | undefined;
  readonly answer: ResponseView | undefined;
  /** Why there is no answer. */
  readonly none: string | undefined;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const MOST_HOPS = 6;

/**
 * Follows the home page's redirects. Within the site (with or without `www.`, from http to https, another port, a host
 * below it) the last host becomes the target; another site, such as that of a log-in, is named and not asked.
 * @param stay keeps the address as given, wherever its home page leads
 */
export async function findHome(asker: Asker, given: string, stay: boolean): Promise<Home> {
  let base = given.replace(/\/+$/, '');
  let url = `${base}/`;
  const hops: { from: string; to: string; status: number }[] = [];
  for (;;) {
    const asked = await asker.get(url);
    if ('none' in asked) return { base, hops, leadsTo: undefined, answer: undefined, none: asked.none };
    const { answer } = asked;
    const location = REDIRECTS.includes(answer.status) ? answer.headers['location'] : undefined;
    if (location === undefined || !URL.canParse(location, url))
      return { base, hops, leadsTo: undefined, answer, none: undefined };
    if (hops.length >= MOST_HOPS) {
      const none = `it was still redirecting after ${MOST_HOPS} redirects`;
      return { base, hops, leadsTo: undefined, answer: undefined, none };
    }
    const [from, to] = [new URL(url), new URL(location, url)];
    to.hash = '';
    const elsewhere = from.origin !== to.origin;
    if (!/^https?:$/.test(to.protocol) || (elsewhere && (stay || !isSameSite(from, to)))) {
      return { base, hops, leadsTo: to.origin === 'null' ? to.protocol : to.origin, answer, none: undefined };
    }
    hops.push({ from: shown(from), to: shown(to), status: answer.status });
    if (elsewhere) base = baseAt(base, to);
    url = to.href;
  }
}

/** What stands before the paths of the target keeps standing there where the new address has it, too. */
function baseAt(base: string, to: URL): string {
  const { pathname } = new URL(base);
  const kept = pathname !== '/' && `${to.pathname}/`.startsWith(`${pathname}/`) ? pathname : '';
  return `${to.origin}${kept}`;
}

function isSameSite(from: URL, to: URL): boolean {
  const [a, b] = [from, to].map(({ hostname }) => hostname.replace(/^www\./, '').toLowerCase());
  if (a === undefined || b === undefined) return false;
  // Another port of the same host may be that of a log-in.
  if (a === b) return from.port === to.port || !LOG_IN_PATH.test(to.pathname);
  // An address of numbers has no hosts below it, and a log-in is no shop.
  if (!/[a-z]/i.test(a) || LOG_IN.test(b)) return false;
  // Not the other way round: a staging host that sends its visitors to production is no reason to judge that.
  return b.endsWith(`.${a}`);
}

const LOG_IN_PATH =
  /\/(?:realms|protocol|oauth2?|openid|oidc|saml2?|sso|log-?in|sign-?in|auth(?:orize)?)(?:\/|$)/i;
const LOG_IN = /^(?:login|log-in|signin|sign-in|sso|auth|accounts?|id|idp|oauth|identity|keycloak)\./;

/** Without the query, which may hold what belongs to a visitor. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
