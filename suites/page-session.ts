import type {
  APIRequestContext,
  Browser,
  BrowserContext,
  BrowserContextOptions,
  BrowserType,
  LaunchOptions,
  Page,
} from '@playwright/test';
import type { Place } from '../contract/plan/addresses.ts';
import { BROWSER_ARGUMENTS, type BrowserChoice } from './browser.ts';
import { CannotTell, firstLine } from './cannot-tell.ts';
import { letOnlyRead } from './only-reading.ts';
import { hidePasswords } from './hide-passwords.ts';
import { sendPageHeaders } from './page-headers.ts';
import { startToolBrowser, type ToolBrowser } from './tool-browser.ts';
import { keepJournal, type PageJournal } from './page-journal.ts';

/** One browser for a worker, started when the first page step needs it. */
export interface BrowserSession {
  /** A fresh browser context and page. @throws CannotTell when there is no browser or it does not start */
  open(options: PageOptions): Promise<OpenPage>;
  /** The same for a system that is only read: nothing but GET and HEAD leaves the page. */
  openToRead(options: PageOptions): Promise<ReadingPage>;
  /** A browser of the same kind, for a tool that drives one itself. @throws CannotTell when there is none */
  startForTool(places: readonly Place[]): Promise<ToolBrowser>;
  close(): Promise<void>;
}

export interface PageOptions {
  /** Where the plan has headers sent. */
  readonly places: readonly Place[];
  readonly baseURL: string;
  /** Cookies that the flow's requests already have. */
  readonly storageState: Awaited<ReturnType<BrowserContext['storageState']>>;
  /** Lets no service worker start. */
  readonly serviceWorkers?: 'block';
}

export interface OpenPage {
  readonly page: Page;
  readonly journal: PageJournal;
  /** Sends requests with the cookies of the page. */
  readonly requests: APIRequestContext;
  close(): Promise<void>;
}

export interface ReadingPage extends OpenPage {
  /** What the page wanted to send, and was not let to: `POST http://old.test/login`. */
  refused(): readonly string[];
}

/** What Playwright needs to start a browser that was found. */
export function launchOptionsFor(
  choice: Extract<BrowserChoice, { path: string }>,
  configured: LaunchOptions,
) {
  const env = { ...process.env, ...configured.env, ...choice.env };
  return {
    ...configured,
    executablePath: choice.path,
    args: [...BROWSER_ARGUMENTS, ...(configured.args ?? [])],
    env: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  } satisfies LaunchOptions;
}

/**
 * The browser of a worker.
 * @param configured options that name the browser; without `executablePath` none was found
 * @param choose says why none was found
 */
export function createBrowserSession(
  type: BrowserType,
  configured: LaunchOptions,
  choose: () => Promise<BrowserChoice>,
): BrowserSession {
  let started: Promise<Browser> | undefined;
  const launchOptions = async (): Promise<LaunchOptions> => {
    if (configured.executablePath !== undefined) return configured;
    const choice = await choose();
    if ('path' in choice) return launchOptionsFor(choice, configured);
    throw new CannotTell('browser-missing', choice.missing, { remedy: choice.remedy });
  };
  const start = async (): Promise<Browser> => {
    const options = await launchOptions();
    try {
      return await type.launch(options);
    } catch (error) {
      throw new CannotTell('browser-missing', `the browser did not start: ${firstLine(error)}`, {
        cause: error,
        remedy: 'run `greenlight doctor` to see which browsers work here',
      });
    }
  };
  const open = async <T extends object>(
    { baseURL, storageState, places }: PageOptions,
    prepare: (context: BrowserContext) => Promise<T>,
    more: BrowserContextOptions = {},
  ): Promise<OpenPage & T> => {
    let browser = await (started ??= start());
    // A browser that crashed under an earlier check must not fail this one.
    if (!browser.isConnected()) browser = await (started = start());
    try {
      const context = await browser.newContext({ baseURL, storageState, ...more });
      const prepared = await prepare(context);
      const journal = keepJournal(context);
      const page = await context.newPage();
      await sendPageHeaders(context, page, places);
      const close = async (): Promise<void> => {
        // Playwright takes its screenshot of a failed check when the page goes.
        await hidePasswords(context);
        await context.close();
      };
      return { page, journal, requests: context.request, close, ...prepared };
    } catch (error) {
      throw new CannotTell('browser-crashed', `no page could be opened: ${firstLine(error)}`, {
        cause: error,
      });
    }
  };
  return {
    startForTool: async (places) => startToolBrowser(type, await launchOptions(), places),
    open: ({ serviceWorkers, ...options }) =>
      open(options, async () => ({}), serviceWorkers === undefined ? {} : { serviceWorkers }),
    openToRead: (options) =>
      open(options, async (context) => ({ refused: await letOnlyRead(context, options.baseURL) }), {
        // A service worker sends requests that no route sees.
        serviceWorkers: 'block',
      }),
    async close() {
      // A browser that never started was reported by the check that needed it.
      const browser = await started?.catch(() => undefined);
      await browser?.close();
    },
  };
}
