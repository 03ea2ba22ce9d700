/** Where a rule says no. */
export interface Hit {
  readonly line: number;
  /** What stands there and what it leads to, in one sentence. */
  readonly found: string;
}
