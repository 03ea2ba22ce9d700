import type { Decision, Phase } from '../evidence/outcome.ts';

/** The part of a verdict that a gate needs to answer a question. */
export interface StoredVerdict {
  readonly run: string;
  readonly nonce: string;
  readonly phase: Phase;
  readonly target: string;
  readonly release: string | null;
  readonly commit: string | null;
  readonly artifact: string | null;
  /** `pending`: the run was started and has not finished. */
  readonly decision: Decision | 'pending';
  readonly reason: string;
  /** ISO times. */
  readonly decidedAt: string;
  readonly expiresAt: string;
  /** What is wrong with a GO that must not be believed; null when nothing is. */
  readonly doubt: string | null;
  /** `sha256:<hex>` of verdict.json as the run wrote it. */
  readonly digest: string;
  /** The signed envelope as text; null where there is none. Nothing about it was verified. */
  readonly proof: string | null;
}

/** What a store holds at one moment. */
export interface StoreReading {
  readonly verdicts: readonly StoredVerdict[];
  /** Entries that are no verdict of this version: cut short, edited, foreign. Names of runs, never paths. */
  readonly unreadable: readonly string[];
}

/** What a run that a gate starts is about. */
export interface RunOrder {
  readonly target: string;
  readonly phase: Phase;
  readonly release: string | null;
  readonly commit: string | null;
  readonly artifact: string | null;
  readonly nonce: string;
}

/** A run that was asked for. */
export interface RunClaim {
  /** Follows from the idempotency key: who asks twice gets one run. */
  readonly id: string;
  readonly order: RunOrder;
  /** Owner of the token. */
  readonly by: string;
}

/** A run that a gate started. */
export interface StartedRun extends RunClaim {
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Null while it runs, and when it was killed. */
  readonly exitCode: number | null;
  /** Its gate gave a sign of life a moment ago. Neither ended nor alive: its gate died, and the run with it. */
  readonly alive: boolean;
}

/** Whether a run may start. */
export type ClaimAnswer =
  | { readonly how: 'started' }
  /** The id was claimed before. */
  | { readonly how: 'known'; readonly run: StartedRun }
  /** Another run on this target is alive. */
  | { readonly how: 'busy'; readonly run: StartedRun };

/** After so long without a sign of life a run counts as dead. Beats come six times as often. */
export const ALIVE_MS = 60_000;

/** What became of a verdict that was to be kept. */
export type KeepAnswer =
  | { readonly how: 'kept' | 'there-already' }
  /** Nothing was stored. */
  | { readonly how: 'refused'; readonly stands: StoredVerdict };

/** Where a gate keeps what a restart must not lose. A store that cannot be read throws; the gate then never answers GO. */
export interface GateStore {
  readonly name: string;
  /** All verdicts about a target that are still kept. */
  about(target: string): Promise<StoreReading>;
  /** Keeps a verdict unless another one of the same run stands: a NO_GO, or one that was decided later. */
  keep(verdict: StoredVerdict): Promise<KeepAnswer>;
  /** Writes down that a run starts, unless it did before or another one is alive on its target. Durable when it resolves. */
  claim(claim: RunClaim): Promise<ClaimAnswer>;
  find(id: string): Promise<StartedRun | undefined>;
  /** A sign of life. */
  beat(id: string): Promise<void>;
  end(id: string, exitCode: number | null): Promise<void>;
  close(): Promise<void>;
}
