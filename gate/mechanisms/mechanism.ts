import type { DeployKind } from '../lint/deploy-document.ts';
import type { Rule } from '../lint/rule.ts';
import type { Route } from '../route.ts';

/**
 * Everything that is particular to one deploy mechanism. Its name is that of its folder, and of its page
 * `docs/deploy/<name>.md`.
 */
export interface Mechanism {
  /** What people call it; the overview of the pages lists it. */
  readonly title: string;
  /** How it hears the verdict, in the words of the overview. */
  readonly hears: string;
  /** Where it asks the gate; none for what starts a run itself and acts on its exit code. */
  readonly routes: readonly Route[];
  /** What lint-gate reads of it, in the words of an error: "Kubernetes Jobs and CronJobs". */
  readonly reads: string;
  readonly kinds: readonly DeployKind[];
  /** Ways past the gate that only its own files have; `gate/lint/rules/` has those of all. */
  readonly rules: readonly Rule[];
}
