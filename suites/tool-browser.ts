import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserServer, BrowserType, LaunchOptions } from '@playwright/test';
import type { Place } from '../contract/plan/addresses.ts';
import { CannotTell, firstLine } from './cannot-tell.ts';
import { sendPageHeaders } from './page-headers.ts';

/** A browser that another tool drives. */
export interface ToolBrowser {
  /** Where it can be driven from, on loopback. */
  readonly port: number;
  /** Ends it, and whatever drives it; removes what it kept. */
  close(): Promise<void>;
}

const PORT_WITHIN_MS = 10_000;

/**
 * Starts a browser that has kept nothing, for a tool that drives one by its debugging port. It sends the plan's headers to
 * the places that they are for. Playwright has no context in it, so it records no trace there, which would take the time
 * that the tool measures; only where there are headers does it look at the pages.
 * @throws CannotTell where it does not start
 */
export async function startToolBrowser(
  type: BrowserType,
  options: LaunchOptions,
  places: readonly Place[],
): Promise<ToolBrowser> {
  let server: BrowserServer | undefined;
  try {
    server = await type.launchServer({
      ...options,
      args: [...(options.args ?? []), '--remote-debugging-port=0'],
    });
    const started = server;
    const port = await portOf(started);
    if (places.some(({ headers }) => Object.keys(headers).length > 0)) await sendHeaders(type, port, places);
    return { port, close: () => started.close() };
  } catch (error) {
    await server?.close();
    throw new CannotTell('browser-missing', `the browser did not start: ${firstLine(error)}`, {
      cause: error,
      remedy: 'run `greenlight doctor` to see which browsers work here',
    });
  }
}

/** Until the browser ends. */
async function sendHeaders(type: BrowserType, port: number, places: readonly Place[]): Promise<void> {
  const browser = await type.connectOverCDP(`http://127.0.0.1:${port}`);
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('it has no context of its own');
  await sendPageHeaders(context, context.pages()[0] ?? (await context.newPage()), places);
}

/** Chromium writes it into its profile, once it listens. */
async function portOf(server: BrowserServer): Promise<number> {
  const { spawnargs } = server.process();
  const profile = spawnargs.find((one) => one.startsWith('--user-data-dir='))?.replace(/^[^=]*=/, '');
  if (profile === undefined) throw new Error('it has no profile of its own');
  const until = performance.now() + PORT_WITHIN_MS;
  for (;;) {
    const text = await readFile(path.join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const port = Number(/^\d+/.exec(text)?.[0]);
    if (port > 0) return port;
    if (performance.now() > until) throw new Error(`it named no port within ${PORT_WITHIN_MS} ms`);
    await sleep(50);
  }
}
