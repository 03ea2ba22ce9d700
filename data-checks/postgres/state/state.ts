import type { StateCheckId } from '../../../contract/plan/state-checks.ts';

/** One thing that the catalogue of one side says. */
export interface StateRow {
  /** What it is about: `shop.orders.id`, `timezone`. */
  readonly object: string;
  /** For a check of one side: what is wrong, or null. */
  readonly problem?: string | null;
  /** The statement, or the words, that puts the problem right. */
  readonly remedy?: string | null;
  /** For a comparison: the state that must be the same on both sides, letter by letter. */
  readonly state?: string;
  /** For a comparison: SQL that the server printed, which may print otherwise and mean the same. */
  readonly definition?: string | null;
  /**
   * Of what is known by its definition, because names are often made anew: the relation that it belongs to. Its twin is
   * the row there with the same definition, whatever its name.
   */
  readonly within?: string;
  /** Its own name there. */
  readonly name?: string;
  /** What it was added to: more of these on the new side than on the old one is a finding, where old has that thing. */
  readonly of?: string | null;
  /** The statement that takes away what only the new side has. */
  readonly undo?: string | null;
  /** Where the new side must be as far or further: a number, or text that sorts by time. */
  readonly mark?: bigint | string;
  /** For a comparison: that the new side has nothing of this name is no finding. */
  readonly mayGo?: boolean;
  /** Only worth a warning. */
  readonly minor?: boolean;
  /** That it is lost is only worth a warning. */
  readonly minorLoss?: boolean;
  /** Why nothing can be said about it, such as a table without any column that tells when a row was written. */
  readonly unjudged?: string;
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

/** One thing of which nobody can say whether it is the same on both sides. */
export interface Undecided {
  readonly object: string;
  readonly summary: string;
}

/** The answer of one check. Only `holds` is good. */
export interface StateResult {
  readonly check: StateCheckId;
  readonly title: string;
  readonly answer: 'holds' | 'broken' | 'warned' | 'not-checked';
  /** How many things of the new (or, in a comparison, the old) side were looked at. */
  readonly examined: number;
  readonly findings: readonly StateFinding[];
  /** What could not be compared. While there is any, and nothing is broken, the check is `not-checked`. */
  readonly undecided: readonly Undecided[];
  /** What the check leaves out, and why. */
  readonly unjudged: readonly string[];
  /** Why it was not checked. */
  readonly reason?: string;
}
