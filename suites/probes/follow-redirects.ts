import type { ResponseView, WireRequest } from '../../contract/flow/http.ts';
import { ask, type ProbeTools } from '../probe-finding.ts';

/** Statuses that send to another address. */
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Browsers take more, but no page that is well needs them. */
export const MOST_REDIRECTS = 5;

/**
 * The request that a visitor's browser would send next: within the same site, which may add or drop `www.` and go from
 * http to https. Undefined where the answer is no redirect, or leads to another site: what happens there is not known.
 */
export function redirected(request: WireRequest, answer: ResponseView): WireRequest | undefined {
  const location = answer.headers['location'];
  if (!REDIRECTS.includes(answer.status) || location === undefined) return undefined;
  if (!URL.canParse(location, request.url)) return undefined;
  const [from, to] = [new URL(request.url), new URL(location, request.url)];
  if (!/^https?:$/.test(to.protocol) || siteOf(from) !== siteOf(to)) return undefined;
  to.hash = '';
  // Headers may be secret, and belong to the very address that they were meant for.
  return {
    method: 'GET',
    url: to.href,
    headers: from.origin === to.origin ? request.headers : publicOf(request),
  };
}

/** What every browser says to whomever it asks. */
function publicOf({ headers }: WireRequest): WireRequest['headers'] {
  const { origin } = headers;
  return origin === undefined ? {} : { origin };
}

/** Another port is another server, but for the usual ones. */
function siteOf({ hostname, port }: URL): string {
  return `${hostname.replace(/^www\./, '')}:${port}`;
}

/**
 * Where a page is wanted, a redirect within the site is the way to it: it must end at one.
 * @param probe.staysSecure does not follow from https to http: what is said there, everybody on the way can change
 */
export async function askFollowing(
  probe: { readonly status: number; readonly budgetMs: number; readonly staysSecure?: boolean },
  tools: ProbeTools,
  first: WireRequest,
  name: string,
): ReturnType<typeof ask> {
  const wanted = (status: number): boolean => status === probe.status;
  let request = first;
  for (let hops = 0; ; hops += 1) {
    const asked = await ask(tools, request, name, probe.budgetMs, wanted);
    if ('none' in asked || wanted(asked.answer.status) || probe.status > 299) return asked;
    const next = hops < MOST_REDIRECTS ? redirected(request, asked.answer) : undefined;
    const inTheClear = request.url.startsWith('https:') && next?.url.startsWith('https:') === false;
    if (next === undefined || (inTheClear && probe.staysSecure === true)) return asked;
    request = next;
  }
}
