import type { Line, Place } from './place.ts';
import type { ShellScript } from './shell-script.ts';

/** What a file is for. */
export const MECHANISMS = [
  'flagger',
  'argo-analysis',
  'argo-rollout',
  'kubernetes-job',
  'github',
  'gitlab',
  'azure',
  'codedeploy',
  'shell',
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** One document of a deploy file, read. */
export interface DeployDocument {
  readonly mechanism: Mechanism;
  /** Line on which it starts. */
  readonly line: number;
  /** Undefined for a shell script, which is no YAML. */
  readonly root: Place | undefined;
  /** Its source without comments. */
  readonly source: readonly Line[];
  readonly scripts: readonly ShellScript[];
}
