import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserType, LaunchOptions } from '@playwright/test';
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
 * the places that they are for. Its window is that of the tool: Playwright's own size would be measured instead.
 * @throws CannotTell where it does not start
 */
export async function startToolBrowser(
  type: BrowserType,
  options: LaunchOptions,
  places: readonly Place[],
): Promise<ToolBrowser> {
  const profile = await mkdtemp(path.join(tmpdir(), 'greenlight-browser-'));
  const remove = (): Promise<void> => rm(profile, { recursive: true, force: true, maxRetries: 3 });
  try {
    const context = await type.launchPersistentContext(profile, {
      ...options,
      args: [...(options.args ?? []), '--remote-debugging-port=0'],
      viewport: null,
    });
    const close = async (): Promise<void> => {
      await context.close();
      await remove();
    };
    try {
      const page = context.pages()[0] ?? (await context.newPage());
      await sendPageHeaders(context, page, places);
      return { port: await portOf(profile), close };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    await remove();
    throw new CannotTell('browser-missing', `the browser did not start: ${firstLine(error)}`, {
      cause: error,
      remedy: 'run `greenlight doctor` to see which browsers work here',
    });
  }
}

/** Chromium writes it into its profile, once it listens. */
async function portOf(profile: string): Promise<number> {
  const until = performance.now() + PORT_WITHIN_MS;
  for (;;) {
    const text = await readFile(path.join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const port = Number(/^\d+/.exec(text)?.[0]);
    if (port > 0) return port;
    if (performance.now() > until) throw new Error(`it named no port within ${PORT_WITHIN_MS} ms`);
    await sleep(50);
  }
}
