import type { SpecCheck } from '../spec-check.ts';
import { listedKind } from './check-kind.ts';

/** Playwright specs that are there already, each run under its own configuration. */
export const spec = listedKind({
  room: 'run/user-specs',
  at: 'specs',
  draft: (_item: SpecCheck) => ({ project: 'suites' }),
});
