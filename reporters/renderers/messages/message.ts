import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { flat } from '../flat.ts';
import { DECISION_MEANING, DECISION_WORDS } from '../words.ts';

/** A verdict in the few words that fit into a message. Every part is one line. */
export interface Message {
  /** What was decided about what. */
  readonly headline: string;
  readonly meaning: string;
  readonly reason: string;
  /** More reasons against GO, worst first. */
  readonly others: readonly string[];
  /** How many reasons were left out. */
  readonly left: number;
  /** Address of the report. */
  readonly report: string | undefined;
}

const MOST_REASONS = 5;
const LONGEST = 300;

/** @param report address of the report; undefined when it is nowhere to be read */
export function messageOf(verdict: Verdict, report: string | undefined): Message {
  const { decision, subject, run, reason, reasons } = verdict;
  const release = subject.wanted === null ? '' : ` ${subject.wanted.id}`;
  const others = reasons.filter((one) => one !== reason);
  const shown = others.slice(0, MOST_REASONS);
  return {
    headline: flat(`${DECISION_WORDS[decision]}: ${subject.target}${release} (${run.phase})`, 140),
    meaning: DECISION_MEANING[decision],
    reason: flat(reason, LONGEST),
    others: shown.map((one) => flat(one, LONGEST)),
    left: others.length - shown.length,
    report,
  };
}
