import type { Finding } from './finding.ts';

/** What is said before it belongs to a check and is its finding. */
export type FindingDraft = Pick<
  Finding,
  'outcome' | 'summary' | 'cause' | 'remedy' | 'measured' | 'expected' | 'unit'
>;
