import type { DeployDocument } from './deploy-document.ts';

/** Where a rule says no. */
export interface Hit {
  readonly line: number;
  /** What stands there and what it leads to, in one sentence. */
  readonly found: string;
}

/** One way in which a gate lets through what it should stop, or takes back what it should not. */
export interface Rule {
  /** The file of the rule has this name. */
  readonly id: string;
  readonly remedy: string;
  find(document: DeployDocument): readonly Hit[];
}
