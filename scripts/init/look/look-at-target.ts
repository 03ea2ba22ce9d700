import { randomUUID } from 'node:crypto';
import type { ResponseView } from '../../../contract/flow/http.ts';
import { type AskedDocument, askOperations } from '../openapi/ask-operations.ts';
import { findOpenapi, openOpenapi } from '../openapi/find-document.ts';
import type { Asker } from './asker.ts';
import { findHealth, type Health } from './health.ts';
import { findHome, type Home } from './home.ts';
import { findPages, type IsNothing, type Pages } from './pages.ts';
import { findVersion, type Version } from './version.ts';

/** What a target showed of itself. */
export interface Seen {
  readonly home: Home;
  readonly pages: Pages;
  readonly health: Health | undefined;
  readonly version: Version | undefined;
  readonly openapi:
    (AskedDocument & { readonly from: string; readonly version: string; readonly root: unknown }) | undefined;
  /** Why the document that the command line names could not be used. */
  readonly openapiProblem: string | undefined;
  readonly requests: number;
  /** Why the target was asked no further. */
  readonly stopped: string | undefined;
}

export interface LookOptions {
  readonly url: string;
  /** Keeps the address as given, wherever its home page leads. */
  readonly stay: boolean;
  /** A file or an address; without it, the usual addresses are asked. */
  readonly openapi?: string | undefined;
  readonly cwd: string;
}

const NO_PAGES: Pages = { paths: [], from: undefined, robots: false };

/**
 * Looks at a target before a plan is written for it. What does not answer is missing in what is returned, and why.
 * @throws GreenlightError FILE_UNREADABLE when the file of `openapi` cannot be read
 */
export async function lookAtTarget(options: LookOptions, asker: Asker): Promise<Seen> {
  const { url, stay, openapi, cwd } = options;
  // First, because a file that is not there is a mistake on the command line.
  const named = openapi === undefined ? undefined : await openOpenapi(openapi, asker, cwd);
  const home = await findHome(asker, url, stay);
  const { base } = home;
  const there = home.answer !== undefined;
  const isNothing = there ? await whatNothingLooksLike(asker, base) : () => false;
  const pages = there ? await findPages(asker, base, isNothing) : NO_PAGES;
  const health = there ? await findHealth(asker, base, isNothing) : undefined;
  const version = there ? await findVersion(asker, base, isNothing, health) : undefined;
  const found = named === undefined ? (there ? await findOpenapi(asker, base, isNothing) : undefined) : named;
  const document = found !== undefined && 'document' in found ? found : undefined;
  const asked = document === undefined ? undefined : await askOperations(document.document, asker, base);
  return {
    home,
    pages,
    health,
    version,
    openapi:
      document === undefined || asked === undefined
        ? undefined
        : {
            ...asked,
            from: document.from,
            version: document.document.version,
            root: document.document.root,
          },
    openapiProblem: named !== undefined && 'problem' in named ? named.problem : undefined,
    requests: asker.requests,
    stopped: asker.stopped,
  };
}

/** Some targets answer 200 to every path, most often with the page that starts the whole application. */
async function whatNothingLooksLike(asker: Asker, base: string): Promise<IsNothing> {
  const asked = await asker.get(`${base}/greenlight-${randomUUID()}`);
  if ('none' in asked) return () => false;
  const nothing: ResponseView = asked.answer;
  if (nothing.status !== 200) return () => false;
  return ({ status, text = '' }) => status === 200 && isAlike(text, nothing.text ?? '');
}

/** The same page, which may hold a token or a time. */
function isAlike(one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = [one, other].sort((a, b) => a.length - b.length) as [string, string];
  return /^\s*</.test(one) && short.length > 0.9 * long.length && one.slice(0, 100) === other.slice(0, 100);
}
