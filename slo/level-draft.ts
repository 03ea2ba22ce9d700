import type { FindingDraft } from '../contract/evidence/finding-draft.ts';
import type { Statement } from '../contract/flow/statement.ts';

/** What is said about a level before it is a finding, with the comparison that says it. */
export type LevelDraft = Pick<FindingDraft, 'outcome' | 'summary' | 'cause' | 'remedy'> & {
  readonly statement?: Statement;
};

export function unknown(cause: string, summary: string, remedy: string): LevelDraft {
  return { outcome: 'unknown', cause, summary, remedy };
}
