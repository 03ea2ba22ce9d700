import type { StateCheckId } from '../../../contract/state-checks.ts';

/** One thing that the catalogue of one side says. */
export interface StateRow {
  /** What it is about: `shop.orders.id`, `timezone`. */
  readonly object: string;
  /** For a check of one side: what is wrong, or null. */
  readonly problem?: string | null;
  /** The statement, or the words, that puts the problem right. */
  readonly remedy?: string | null;
  /** For a comparison: the state that must be the same on both sides. */
  readonly state?: string;
  /** Where the new side must be as far or further: a number, or text that sorts by time. */
  readonly mark?: bigint | string;
  /** For a comparison: that the new side has nothing of this name is no finding. */
  readonly mayGo?: boolean;
  /** Only worth a warning. */
  readonly minor?: boolean;
}

/** What one side said to one check, or why it could not be asked. */
export type StateAnswer =
  | { readonly kind: 'read'; readonly rows: readonly StateRow[] }
  | { readonly kind: 'unread'; readonly reason: string };

/** The catalogue of one side, as far as the checks need it. Plain data. */
export type StateSnapshot = Readonly<Partial<Record<StateCheckId, StateAnswer>>>;

/** One thing that is wrong on the new side. */
export interface StateFinding {
  readonly check: StateCheckId;
  /** `advisory`: worth knowing, but the old side was so too, or it may well be meant. */
  readonly severity: 'blocking' | 'advisory';
  readonly object: string;
  readonly summary: string;
  readonly remedy: string;
}

/** The answer of one check. Only `holds` is good. */
export interface StateResult {
  readonly check: StateCheckId;
  readonly title: string;
  readonly answer: 'holds' | 'broken' | 'warned' | 'not-checked';
  /** How many things of the new (or, in a comparison, the old) side were looked at. */
  readonly examined: number;
  readonly findings: readonly StateFinding[];
  /** Why it was not checked. */
  readonly reason?: string;
}
