import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { HARMLESS_METHODS } from '../contract/flow/http.ts';
import { shownRequest } from './page-journal.ts';

/** What a page sends for nobody's sake but its makers': nothing that it shows depends on the answer. */
const NEVER_NEEDED: readonly string[] = ['ping', 'cspviolationreport'];

/**
 * Lets a browser context read and do nothing else: no request leaves it but GET and HEAD, not by its pages, not by
 * Playwright's `page.request`, and no WebSocket opens. Call it before the first page.
 * @returns tells what was refused and may have been needed, such as `POST http://old.test/login`
 */
export async function letOnlyRead(
  context: BrowserContext,
  baseURL: string,
): Promise<() => readonly string[]> {
  const refused = new Set<string>();
  await context.route(/.*/, (route) => {
    const request = route.request();
    if (HARMLESS_METHODS.includes(request.method())) return route.fallback();
    if (!NEVER_NEEDED.includes(request.resourceType()))
      refused.add(shownRequest(request.method(), request.url()));
    return route.abort('blockedbyclient');
  });
  await context.routeWebSocket(/.*/, (socket) => {
    refused.add(shownRequest('WebSocket', socket.url().replace(/^ws/, 'http')));
    return socket.close();
  });
  refuseFetches(context.request, (method, url) =>
    refused.add(shownRequest(method, URL.canParse(url, baseURL) ? new URL(url, baseURL).href : url)),
  );
  // A context that a page function makes beside this one would be free to write.
  context.browser = () => null;
  return () => [...refused];
}

/** No route sees what Playwright sends by itself. All of its methods send by `fetch`. */
function refuseFetches(requests: APIRequestContext, refuse: (method: string, url: string) => void): void {
  const send = requests.fetch.bind(requests);
  requests.fetch = async (request, options = {}) => {
    const asked =
      typeof request === 'string'
        ? { method: 'GET', url: request }
        : { method: request.method(), url: request.url() };
    const method = (options.method ?? asked.method).toUpperCase();
    if (HARMLESS_METHODS.includes(method)) return send(request, options);
    refuse(method, asked.url);
    throw new Error(`${method} is not sent to a system that is only read`);
  };
}
