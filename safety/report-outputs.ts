import { dirname, resolve } from 'node:path';
import type { FullConfig } from '@playwright/test/reporter';

/** Where Playwright's own reporters write when nothing is said. */
const DEFAULTS: Readonly<Record<string, string>> = {
  html: 'playwright-report',
  blob: 'blob-report',
};

const OPTIONS = ['outputFile', 'outputFolder', 'outputDir', 'resultsDir', 'fileName', 'reportDir'];
const ENVIRONMENT = /^PLAYWRIGHT_[A-Z]+_(?:OUTPUT_(?:FILE|DIR|NAME)|REPORT)$/;

/** Files and directories that the configured reporters write, absolute; the ones that are not there are named too. */
export function reportOutputs(config: FullConfig, env: NodeJS.ProcessEnv): readonly string[] {
  const base = config.configFile === undefined ? process.cwd() : dirname(config.configFile);
  const configured = config.reporter.flatMap(([name, options]) => {
    const given = (options ?? {}) as Readonly<Record<string, unknown>>;
    const named = OPTIONS.flatMap((key) => (typeof given[key] === 'string' ? [given[key]] : []));
    const usual = DEFAULTS[name] ?? (name.includes('allure-playwright') ? 'allure-results' : undefined);
    return usual === undefined ? named : [...named, usual];
  });
  const fromEnvironment = Object.entries(env).flatMap(([name, value]) =>
    ENVIRONMENT.test(name) && value ? [value] : [],
  );
  // Some reporters resolve against the configuration, some against the current directory.
  const places = [...configured, ...fromEnvironment].flatMap((place) => [
    resolve(base, place),
    resolve(place),
  ]);
  return [...new Set(places)].filter((place) => !base.startsWith(place) && !process.cwd().startsWith(place));
}
