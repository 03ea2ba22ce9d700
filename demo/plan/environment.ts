import type { Phase } from '../../contract/index.ts';

/** k6 runs some of these flows too, and has no `process`. */
const environment: Readonly<Record<string, string | undefined>> = globalThis.process?.env ?? {};

/** An address that the demo has set. One that is missing becomes a problem of the plan, with its path. */
export function read(name: string): string {
  return environment[name] ?? '';
}

/** Phases of the checks that are cheap enough for every five minutes. */
export const EVERY_FIVE_MINUTES: readonly Phase[] = ['post-cutover', 'synthetic'];
