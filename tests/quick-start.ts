import path from 'node:path';

/** Environment of a Node process that a test starts: with it, Playwright's bundles are compiled once for all of them. */
export const QUICK_START: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--require "${path.join(import.meta.dirname, 'compile-cache.cjs')}"`,
};

/** The same for a project without TypeScript, which needs no loader: starting one costs each process half a second. */
export const QUICK_START_PLAIN: Readonly<Record<string, string>> = { ...QUICK_START, PW_DISABLE_TS_ESM: '1' };
