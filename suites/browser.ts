import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { installCommand } from '../host/optional-packages.ts';
import { unpackBundledBrowser } from './bundled-browser.ts';

const run = promisify(execFile);

/** Where a browser was found. */
export type BrowserSource = 'environment' | 'playwright' | 'path' | 'package';

/** A browser that runs here, or why there is none. */
export type BrowserChoice =
  | {
      readonly path: string;
      /** Additional environment for the browser process. */
      readonly env: Readonly<Record<string, string>>;
      readonly source: BrowserSource;
      /** What `--version` printed. */
      readonly version: string;
    }
  | { readonly missing: string; readonly remedy: string };

/** Arguments besides those of Playwright: no GPU, no calls home, no use of a small /dev/shm. */
export const BROWSER_ARGUMENTS: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

const remedy = (): string =>
  'install one of: npx playwright install chromium-headless-shell; apt-get install chromium-headless-shell; ' +
  `${installCommand(['@sparticuz/chromium'])}; or set GREENLIGHT_BROWSER to the path of a Chromium`;

const PROGRAMS = {
  headless: ['chromium-headless-shell', 'chromium', 'google-chrome', 'google-chrome-stable'],
  headed: ['chromium', 'google-chrome', 'google-chrome-stable'],
} as const;

/**
 * Finds a Chromium for page steps: the one named by `GREENLIGHT_BROWSER` or `CHROME_PATH`, Playwright's own, one on
 * PATH, the one of the package @sparticuz/chromium. Each is started once with `--version`: a file that is there but
 * lacks its libraries is no browser. Playwright itself never looks on PATH.
 * @param headed a window is wanted, which the headless shells cannot open
 */
export async function resolveBrowser(
  env: NodeJS.ProcessEnv = process.env,
  options: { readonly headed?: boolean } = {},
): Promise<BrowserChoice> {
  const tried: string[] = [];
  const attempt = async (
    path: string,
    source: BrowserSource,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<BrowserChoice | undefined> => {
    const started = await versionOf(path, { ...env, ...extra });
    if ('version' in started) return { path, env: extra, source, version: started.version };
    tried.push(`${path} (${started.problem})`);
    return undefined;
  };

  const named = env['GREENLIGHT_BROWSER'] || env['CHROME_PATH'];
  if (named) {
    const variable = env['GREENLIGHT_BROWSER'] ? 'GREENLIGHT_BROWSER' : 'CHROME_PATH';
    // Who names a browser wants that one: falling back to another would test something else than was asked for.
    return (
      (await attempt(named, 'environment')) ?? {
        missing: `${variable} names a browser that does not start: ${tried.join(', ')}`,
        remedy: `correct or unset ${variable}`,
      }
    );
  }
  for (const [path, source] of installed(env, options.headed === true)) {
    const choice = await attempt(path, source);
    if (choice) return choice;
  }
  if (options.headed !== true) {
    const bundled = await unpackBundledBrowser(env);
    if ('problem' in bundled) tried.push(`@sparticuz/chromium (${bundled.problem})`);
    else {
      const choice =
        (await attempt(bundled.path, 'package', bundled.fontsOnly)) ??
        (await attempt(bundled.path, 'package', bundled.withLibraries));
      if (choice) return choice;
    }
  }
  return {
    missing: tried.length > 0 ? `no browser starts here; tried: ${tried.join(', ')}` : 'no browser was found',
    remedy: remedy(),
  };
}

/**
 * The Chromium for tests that know nothing of Greenlight, for `use.launchOptions.executablePath`. It is looked up and not
 * started: a configuration cannot wait. A full one comes first, since it can open a window.
 * @returns undefined where Playwright finds its own, or where there is none
 */
export function browserBesidePlaywrights(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['GREENLIGHT_BROWSER'] || env['CHROME_PATH'];
  if (named) return named;
  const found = [...installed(env, true), ...installed(env, false)];
  return found.some(([, source]) => source === 'playwright') ? undefined : found[0]?.[0];
}

function installed(env: NodeJS.ProcessEnv, headed: boolean): readonly [string, BrowserSource][] {
  const own = playwrightBrowsers(headed).map((path): [string, BrowserSource] => [path, 'playwright']);
  const directories = (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const onPath = PROGRAMS[headed ? 'headed' : 'headless'].flatMap((program) =>
    directories.map((directory): [string, BrowserSource] => [join(directory, program), 'path']),
  );
  return [...own, ...onPath].filter(([file]) => isExecutable(file));
}

/** Playwright knows the path of its full Chromium; the headless shell, its default, lies in a folder beside it. */
function playwrightBrowsers(headed: boolean): string[] {
  const full = chromium.executablePath();
  if (!full) return [];
  const shell = /^(.*)([\\/])chromium-(\d+)[\\/]chrome-([^\\/]+)[\\/]/.exec(full);
  if (headed || !shell) return [full];
  const [, cache = '', , revision = '', platform = ''] = shell;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folder = join(cache, `chromium_headless_shell-${revision}`, `chrome-headless-shell-${platform}`);
  return [join(folder, `chrome-headless-shell${suffix}`), join(folder, 'headless_shell'), full];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly version: string } | { readonly problem: string }> {
  try {
    const { stdout } = await run(path, ['--version'], { env, cwd: dirname(path), timeout: 15_000 });
    const version = stdout.trim().split('\n')[0]?.trim() ?? '';
    return version === '' ? { problem: 'printed no version' } : { version };
  } catch (error) {
    const said = (error as { stderr?: unknown }).stderr;
    const text = typeof said === 'string' && said.trim() !== '' ? said : String((error as Error).message);
    return { problem: text.trim().split('\n')[0] ?? 'did not start' };
  }
}
