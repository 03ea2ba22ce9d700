import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page, Request, Response } from '@playwright/test';
import { type AnswerEvent, eventOfAnswer } from '../contract/events/answers.ts';
import { concealQuoted } from '../contract/flow/conceal.ts';
import { firstLine } from './cannot-tell.ts';

/** What the pages of a flow met, for the one who reads that a page step does not hold. */
export interface PageJournal {
  /**
   * One line: `on http://shop.test/cart (200); console errors: x is undefined; failed requests: GET http://… 500`.
   * Without bodies and without the values of queries; not redacted yet.
   * @param showValues shows what console errors quote: it may be data of customers
   */
  told(showValues?: boolean): string;
  /** What a page that is open shows instead of a page of the product, such as a challenge. Takes at most a second. */
  strange(): Promise<AnswerEvent | undefined>;
  /** The last requests that failed, those that were aborted among them. Without the values of queries. */
  failures(): readonly string[];
  /** The pages that are open, as they are: not for a report. */
  shows(): readonly ShownPage[];
}

/** A page and the answer that its document came with; a page without one has no status. */
export interface ShownPage {
  readonly url: string;
  readonly status: number | undefined;
}

const MOST_NAMED = 3;
/** In the detail of a step, there is more room than in a line. */
const MOST_FAILURES = 10;
const MOST_SHOWN = 160;
const BODY_WITHIN_MS = 1000;

/** Begins to write down what every page of the context meets. */
export function keepJournal(context: Pick<BrowserContext, 'on' | 'pages'>): PageJournal {
  const documents = new WeakMap<Page, Response>();
  const errors = createList('console errors');
  const failed = createList('failed requests');
  let failures: readonly string[] = [];
  const note = (failure: string): void => void (failures = [...failures, failure].slice(-MOST_FAILURES));
  context.on('response', (response) => {
    const page = pageOfDocument(response.request());
    if (page !== undefined) documents.set(page, response);
    if (response.status() < 400) return;
    const failure = `${named(response.request())} ${response.status()}`;
    note(failure);
    // The status of a document is told with its page.
    if (page === undefined) failed.add(failure);
  });
  context.on('requestfailed', (request) => {
    const said = request.failure()?.errorText ?? '';
    // So ends whatever a page no longer wants when it goes elsewhere.
    const aborted = said === 'net::ERR_ABORTED';
    note(`${named(request)} ${aborted ? 'aborted' : said}`);
    if (!aborted) failed.add(`${named(request)} ${said}`);
  });
  context.on('console', (message) => {
    // The browser says the same of every request that failed.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource:'))
      errors.add(kept(message.text()));
  });
  context.on('weberror', (error) => errors.add(kept(firstLine(error.error()))));
  const shows = (): readonly ShownPage[] =>
    context.pages().map((page) => ({ url: page.url(), status: documents.get(page)?.status() }));
  return {
    shows,
    failures: () => failures,
    told(showValues = false) {
      const pages = createList('on');
      for (const page of shows()) pages.add(shownPage(page));
      const line = (said: string): string => shownLine(showValues ? said : concealQuoted(said));
      return [...pages.told(), ...errors.told(line), ...failed.told()].join('; ');
    },
    async strange() {
      for (const page of context.pages()) {
        const met = await strangeAnswer(documents.get(page));
        if (met !== undefined) return met;
      }
      return undefined;
    },
  };
}

async function strangeAnswer(response: Response | undefined): Promise<AnswerEvent | undefined> {
  if (response === undefined) return undefined;
  const body = await Promise.race([
    // The browser has forgotten it, or the page went away: the headers may still say enough.
    response.text().catch(() => ''),
    sleep(BODY_WITHIN_MS, ''),
  ]);
  const met = eventOfAnswer({ status: response.status(), headers: response.headers(), body });
  // Nobody waited as such a page asks, so it stays what it is for every visitor.
  if (met === undefined || met.event === 'rate-limited') return undefined;
  return { ...met, detail: `${met.detail} on ${shownAddress(response.url())}` };
}

/** The page whose main document is asked for. */
function pageOfDocument(request: Request): Page | undefined {
  if (!request.isNavigationRequest()) return undefined;
  try {
    const frame = request.frame();
    return frame.parentFrame() === null ? frame.page() : undefined;
  } catch {
    // Asked before its page was there, or by a service worker.
    return undefined;
  }
}

interface List {
  add(item: string): void;
  /** One text, or none. @param as how an item is shown */
  told(as?: (item: string) => string): readonly string[];
}

/** Keeps the last few different items and counts the others. */
function createList(title: string): List {
  let last: string[] = [];
  const others = new Set<string>();
  return {
    add(item) {
      last = [...last.filter((one) => one !== item), item];
      const out = last.length > MOST_NAMED ? last.shift() : undefined;
      if (out !== undefined && others.size < 1000) others.add(out);
    },
    told(as = (item) => item) {
      if (last.length === 0) return [];
      const more = [...others].filter((one) => !last.includes(one)).length;
      return [`${title} ${last.map(as).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
    },
  };
}

function named(request: Request): string {
  return shownRequest(request.method(), request.url());
}

/** A request as reports show it: `GET http://shop.test/cart?…`. */
export function shownRequest(method: string, url: string): string {
  return `${method} ${shownAddress(url)}`;
}

/** A page as reports show it: `http://shop.test/cart (200)`. */
export function shownPage({ url, status }: ShownPage): string {
  return `${shownAddress(url)}${status === undefined ? '' : ` (${status})`}`;
}

/** An address without anything that may be somebody's: user, values of the query, fragment. */
function shownAddress(address: string): string {
  if (!URL.canParse(address)) return 'an address that cannot be read';
  const { protocol, origin, pathname, search } = new URL(address);
  if (protocol === 'about:') return address;
  if (!/^https?:$/.test(protocol)) return `${protocol}…`;
  return `${origin}${short(pathname, /[^/]*$/)}${search === '' ? '' : '?…'}`;
}

/** Far more than is shown; a script may write a whole page. */
function kept(said: string): string {
  return said.slice(0, 10 * MOST_SHOWN);
}

/** A line of what somebody else said: without queries and fragments of addresses, and cut between words. */
export function shownLine(said: unknown): string {
  return short(firstLine(said).replace(/(https?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/g, '$1?…'), /\S*$/);
}

/** Cuts between words: half a secret would not be recognised as one. */
function short(text: string, lastWord: RegExp): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN).replace(lastWord, '')}…` : text;
}
