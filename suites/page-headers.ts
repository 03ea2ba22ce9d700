import type { BrowserContext, Page } from '@playwright/test';
import { type Place, placeOf } from '../contract/plan/addresses.ts';
import { readHeaders } from '../contract/plan/headers.ts';
import { resolveSecret } from '../safety/secrets.ts';

/**
 * Lets a browser send the plan's headers to the places that they are for, and to no other: not with Playwright's
 * `extraHTTPHeaders`, which every other site would get, nor with a route, whose headers follow a redirect elsewhere.
 * The browser asks about each request, each hop of a redirect included. The very first request of a page that the page
 * itself opens may leave before anybody can be asked.
 */
export async function sendPageHeaders(
  context: BrowserContext,
  page: Page,
  places: readonly Place[],
): Promise<void> {
  const withHeaders = places.filter(({ headers }) => Object.keys(headers).length > 0);
  if (withHeaders.length === 0) return;
  await attach(context, page, withHeaders);
  context.on('page', (another) => {
    // A page that closed meanwhile asks for nothing.
    void attach(context, another, withHeaders).catch(() => undefined);
  });
}

/** Resolves once the next request of the page will be asked about. */
async function attach(context: BrowserContext, page: Page, places: readonly Place[]): Promise<void> {
  const session = await context.newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const place = placeOf(request.url, places);
    const own = place === undefined ? {} : readHeaders(place.headers, resolveSecret);
    const kept = Object.entries(request.headers).filter(([name]) => !Object.hasOwn(own, name.toLowerCase()));
    const headers = [...kept, ...Object.entries(own)].map(([name, value]) => ({ name, value }));
    // A request that ended meanwhile cannot be continued, and need not be.
    void session
      .send('Fetch.continueRequest', place === undefined ? { requestId } : { requestId, headers })
      .catch(() => undefined);
  });
  const patterns = places.map(({ url }) => ({ urlPattern: `${new URL(url).origin}/*` }));
  await session.send('Fetch.enable', { patterns });
}
