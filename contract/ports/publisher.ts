import type { Verdict } from '../verdict/verdict.ts';

/** Delivers a verdict somewhere. A publisher that fails is reported and never changes the verdict. */
export interface Publisher {
  readonly name: string;
  publish(verdict: Verdict, files: Readonly<Record<string, string>>): Promise<void>;
}
