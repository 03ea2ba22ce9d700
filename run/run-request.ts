import type { Phase } from '../contract/evidence/outcome.ts';
import type { Release } from '../contract/plan/release.ts';
import type { Part } from '../contract/evidence/shard.ts';
import type { CheckResult } from '../contract/verdict/verdict.ts';
import type { SigningKey } from '../signing/key-file.ts';

/** What a caller asks for: `greenlight run` and the demo end in the same place. */
export interface RunRequest {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** --config; without it the plan is looked for in `cwd`. */
  readonly config?: string | undefined;
  /** --playwright; without it the configuration beside the plan. */
  readonly playwright?: string | undefined;
  readonly phase: Phase;
  readonly wanted: Release | null;
  /** Ties the verdict to the caller's question; made when absent. */
  readonly nonce?: string | undefined;
  /** Report directory, relative to `cwd`. */
  readonly output: string;
  /** Durable directory for ledger and leases; default `.greenlight` beside the plan. */
  readonly state?: string | undefined;
  /** Run load although a blocking check failed. */
  readonly keepGoing: boolean;
  /** Only checks that match; such a run can never answer GO. */
  readonly grep?: string | undefined;
  /** From where it looks, for the history; default `default`. */
  readonly location?: string | undefined;
  /** The cut-over that the run belongs to. */
  readonly cutover?: string | undefined;
  /** Where the report of a run can be read, by its id; for messages. */
  readonly reportOf?: ((run: string) => string) | undefined;
  /** A GO is signed with each of these. */
  readonly signingKeys?: readonly SigningKey[];
  /** Only where several machines share the run. */
  readonly shared?: SharedRun | undefined;
}

/** One part of a run that several machines share. */
export interface SharedRun {
  readonly part: Part;
  /** How the checks of the parts before it stand; load must not start on a release that is lost already. */
  readonly before: readonly CheckResult[];
  /** When the load of a segment begins, ISO time. */
  readonly startAt?: string | undefined;
}
