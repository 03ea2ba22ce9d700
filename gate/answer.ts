import { oneLine } from './one-line.ts';
import type { StoredVerdict, StoreReading } from '../contract/ports/gate-store.ts';
import type { Question } from './question.ts';

/** Everything that a gate can say. Only `GO` lets traffic pass; only `NO_GO` may take it back. */
export const GATE_STATES = [
  'GO',
  'NO_GO',
  'INCONCLUSIVE',
  'pending',
  'unknown-subject',
  'expired',
  'bad-question',
] as const;
export type GateState = (typeof GATE_STATES)[number];

/** What a dialect puts into words. */
export interface GateAnswer {
  readonly state: GateState;
  /** One line of printable text. */
  readonly reason: string;
  /** The run that decided, or null. */
  readonly run: string | null;
  readonly decidedAt: string | null;
  readonly expiresAt: string | null;
  /** Address of the report, or null. */
  readonly report: string | null;
}

/** Clocks of two machines differ; a verdict that is further in the future than this is not believed. */
const CLOCK_STEP_MS = 60_000;

/**
 * Which verdict stands when several are about one subject: the highest. Every step is upwards, so an answer changes
 * from GO to NO_GO when a later run finds a fault, and never back while that verdict is fresh; a second look at the
 * same subject does not flap. A new deploy is a new question with its own nonce.
 */
const RANK: Record<StoredVerdict['decision'], number> = { pending: 0, INCONCLUSIVE: 1, GO: 2, NO_GO: 3 };

/** What else speaks against a GO, such as a missing signature; null when nothing does. */
export type DoubtOf = (verdict: StoredVerdict) => string | null;

/**
 * Answers a question from what is stored. Pure.
 * @param now milliseconds since 1970
 */
export function answer(
  question: Question,
  reading: StoreReading,
  now: number,
  doubtOf: DoubtOf = () => null,
): GateAnswer {
  const matching = reading.verdicts
    .filter((verdict) => isAbout(verdict, question))
    .map(believable(now, doubtOf));
  const fresh = matching.filter((verdict) => Date.parse(verdict.expiresAt) > now);
  const standing = highest(fresh);
  if (standing !== undefined) return answerOf(standing.decision, standing.reason, standing);
  const old = newest(matching);
  if (old !== undefined) return answerOf('expired', 'The verdict on this subject is no longer fresh.', old);
  return withoutVerdict('unknown-subject', 'There is no verdict on this subject.');
}

/** An answer that rests on no verdict. */
export function withoutVerdict(state: Exclude<GateState, 'GO' | 'NO_GO'>, reason: string): GateAnswer {
  return { state, reason: oneLine(reason), run: null, decidedAt: null, expiresAt: null, report: null };
}

function answerOf(state: GateState, reason: string, verdict: StoredVerdict): GateAnswer {
  const { run, decidedAt, expiresAt } = verdict;
  return { state, reason: oneLine(reason), run, decidedAt, expiresAt, report: null };
}

/** Every part that the consumer named must be the same; a verdict that does not say is about something else. */
function isAbout(verdict: StoredVerdict, question: Question): boolean {
  const same = (asked: string | undefined, stored: string | null): boolean =>
    asked === undefined || asked === stored;
  return (
    verdict.target === question.target &&
    verdict.phase === question.phase &&
    same(question.release, verdict.release) &&
    same(question.commit, verdict.commit?.toLowerCase() ?? null) &&
    same(question.artifact, verdict.artifact) &&
    same(question.nonce, verdict.nonce)
  );
}

function believable(now: number, doubtOf: DoubtOf): (verdict: StoredVerdict) => StoredVerdict {
  return (verdict) => {
    if (verdict.decision !== 'GO') return verdict;
    const doubt = verdict.doubt ?? timeDoubt(verdict, now) ?? doubtOf(verdict);
    if (doubt === null) return verdict;
    return { ...verdict, decision: 'INCONCLUSIVE', reason: doubt };
  };
}

function timeDoubt(verdict: StoredVerdict, now: number): string | null {
  const [decided, expires] = [Date.parse(verdict.decidedAt), Date.parse(verdict.expiresAt)];
  if (Number.isNaN(decided) || Number.isNaN(expires)) return 'The times of the verdict cannot be read.';
  if (decided > now + CLOCK_STEP_MS) return 'The verdict was decided in the future; a clock is wrong.';
  return null;
}

function highest(verdicts: readonly StoredVerdict[]): StoredVerdict | undefined {
  return [...verdicts].sort(
    (a, b) => RANK[b.decision] - RANK[a.decision] || Date.parse(b.decidedAt) - Date.parse(a.decidedAt),
  )[0];
}

function newest(verdicts: readonly StoredVerdict[]): StoredVerdict | undefined {
  return [...verdicts].sort((a, b) => Date.parse(b.expiresAt) - Date.parse(a.expiresAt))[0];
}
