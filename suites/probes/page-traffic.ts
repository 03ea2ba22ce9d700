import type { BrowserContext, Request, Response } from '@playwright/test';

/** What loads scripts, or may. Pictures and what stays open say nothing about that. */
const COUNTS: readonly string[] = ['document', 'script', 'stylesheet', 'fetch', 'xhr', 'other'];
/** A request for data that is under way for so long waits for news (long polling). Milliseconds. */
const WAITS_FOR_NEWS_MS = 5000;
const SCRIPT_TYPE = /\b(?:java|ecma)script\b/i;

/** A script that came. */
export interface LoadedScript {
  readonly url: string;
  /** Its body as it came over the wire, without headers. */
  readonly bytes: number;
  /** `gzip`, `br`; undefined: as it is. */
  readonly encoding: string | undefined;
}

/** A script that was wanted and did not come, and why. */
export interface MissingScript {
  readonly url: string;
  readonly why: string;
}

/** Watches what a page loads: its scripts, and whether it is done. */
export class PageTraffic {
  readonly #pending = new Map<Request, number>();
  readonly #known = new Set<string>();
  readonly #finished: Request[] = [];
  readonly #missing: MissingScript[] = [];
  #lastAt = performance.now();

  constructor(context: Pick<BrowserContext, 'on'>) {
    context.on('request', (request) => {
      if (!COUNTS.includes(request.resourceType())) return;
      const asked = `${request.method()} ${request.url()}`;
      // What is asked again and again is a poll: a page that does it is never silent, and may be done.
      if (this.#known.has(asked) && request.resourceType() !== 'script') return;
      this.#known.add(asked);
      this.#lastAt = performance.now();
      this.#pending.set(request, this.#lastAt);
    });
    context.on('requestfinished', (request) => {
      this.#finished.push(request);
      this.#ended(request);
    });
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? 'failed';
      // What its own policy forbids, no visitor loads.
      if (request.resourceType() === 'script' && why !== 'csp')
        this.#missing.push({ url: request.url(), why });
      this.#ended(request);
    });
  }

  /** For how long nothing was loaded any more, in milliseconds; 0 while something is under way. */
  quietMs(): number {
    const now = performance.now();
    return this.#underWay(now).length > 0 ? 0 : now - this.#lastAt;
  }

  /** The addresses of what is still under way. */
  underWay(): readonly string[] {
    return this.#underWay(performance.now()).map((request) => request.url());
  }

  /** All scripts that came and did not come, each address once: a second time it comes out of the browser's memory. */
  async scripts(): Promise<{
    readonly loaded: readonly LoadedScript[];
    readonly missing: readonly MissingScript[];
  }> {
    const loaded = new Map<string, LoadedScript>();
    const missing = [...this.#missing];
    for (const request of this.#finished) {
      const response = await request.response();
      if (response === null || !isScript(request, response) || !/^https?:/.test(request.url())) continue;
      const status = response.status();
      const url = request.url();
      if (status >= 400) missing.push({ url, why: `answered ${status}` });
      if (status < 200 || status > 299) continue;
      const bytes = await bytesOf(request, response);
      if (bytes === undefined) missing.push({ url, why: 'its size is not told' });
      else if (bytes > (loaded.get(url)?.bytes ?? -1))
        loaded.set(url, { url, bytes, encoding: response.headers()['content-encoding'] });
    }
    return { loaded: [...loaded.values()], missing };
  }

  #ended(request: Request): void {
    if (this.#pending.delete(request)) this.#lastAt = performance.now();
  }

  #underWay(now: number): readonly Request[] {
    return [...this.#pending].flatMap(([request, since]) => {
      const forNews = ['fetch', 'xhr'].includes(request.resourceType()) && now - since > WAITS_FOR_NEWS_MS;
      return forNews ? [] : [request];
    });
  }
}

function isScript(request: Request, response: Response): boolean {
  // What is loaded ahead of its use (prefetch) is of no type of its own.
  return request.resourceType() === 'script' || SCRIPT_TYPE.test(response.headers()['content-type'] ?? '');
}

/** @returns undefined where the browser does not tell */
async function bytesOf(request: Request, response: Response): Promise<number | undefined> {
  const { responseBodySize } = await request.sizes();
  if (responseBodySize > 0) return responseBodySize;
  // Nothing came over the wire, and something is there: it came out of a cache.
  return (await response.body()).byteLength === 0 ? 0 : undefined;
}
