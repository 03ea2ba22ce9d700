import type { Project } from '../../evidence/outcome.ts';
import { type ListedCheck, listedKind } from './check-kind.ts';

/** Playwright tests of the user's own, by `check(id, ...)` in a spec beside the plan. */
export const own = listedKind({
  room: 'own',
  at: 'checks',
  recordsFindings: false,
  draft: ({ project }: ListedCheck & { readonly project: Project }) => ({ project }),
});
