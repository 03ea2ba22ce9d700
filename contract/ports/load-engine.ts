import type { Headers } from '../plan/headers.ts';
import type { LoadResult } from '../load/load-result.ts';
import type { Flow } from '../flow/flow.ts';
import type { LoadProfile } from '../load/load-profile.ts';
import type { Segment } from '../evidence/shard.ts';

/** What an engine is asked to do. All caps have been checked before. */
export interface LoadOrder {
  readonly profile: LoadProfile;
  /** The flow that the profile names; undefined for a profile of plain requests. */
  readonly flow: Flow | undefined;
  readonly urls: Readonly<Record<string, string>>;
  /** Sent with every request, besides its own; secrets are still references. */
  readonly headers?: Headers | undefined;
  /** Short run id for identities. */
  readonly run: string;
  /** Path of the plan file, for engines that bundle it. */
  readonly planFile: string;
  /** Directory for scratch files of this order; removed by the caller. */
  readonly scratch: string;
  readonly secret: (name: string) => string;
  /** Called about once a second. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
  /** Leave what a request waits for a new connection out of its latency, where the engine tells the two apart (k6). */
  readonly withoutConnecting?: boolean;
  /** Make only this share of what the profile orders; only k6 can. */
  readonly segment?: Segment | undefined;
}

/** Whether an engine can work here, and if not, what to do about it. */
export type EngineAvailability =
  | { readonly available: true; readonly version: string; readonly path?: string }
  | { readonly available: false; readonly reason: string; readonly remedy: string };

export interface LoadEngine {
  readonly name: LoadProfile['engine'];
  availability(): Promise<EngineAvailability>;
  /** @throws Error only for faults of the engine itself; a dead target is a result. */
  run(order: LoadOrder): Promise<LoadResult>;
}
