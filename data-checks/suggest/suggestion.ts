/** Where in a plan something would be accepted. Null: no key accepts it, and a person must look. */
export type SuggestedKey = 'data.except' | 'data.tables' | 'data.addedColumns' | 'data.state.except' | null;

/** One thing that two databases do not have in common, and what a plan would say to accept it. */
export interface Suggestion {
  /** A table, or the check of the state: `public.orders`, `grants-are-kept`. */
  readonly subject: string;
  /** What was found, in one sentence. */
  readonly finding: string;
  readonly key: SuggestedKey;
  /**
   * What would stand at that place, as TypeScript. Reasons that only a person knows are empty, and a plan with an empty
   * reason is refused.
   */
  readonly text: string;
  /** Whether it is meant to be in force as it is: only where nothing that anybody would miss is accepted. */
  readonly inForce: boolean;
}
