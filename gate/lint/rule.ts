import type { DeployDocument } from './deploy-document.ts';
import type { Hit } from './hit.ts';

/** One way in which a gate lets through what it should stop, or takes back what it should not. */
export interface Rule {
  /** The file of the rule has this name. */
  readonly id: string;
  readonly remedy: string;
  find(document: DeployDocument): readonly Hit[];
}
