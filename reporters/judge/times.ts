import type { Evidence } from '../../contract/evidence/evidence.ts';

const MINUTE = 60_000;
/** Clocks step; an attempt that is older than this before the run belongs to another run. */
const CLOCK_STEP = 5000;

/**
 * What is wrong with the times of the evidence; empty when they allow GO.
 * @param decidedAt ISO time at which the verdict is given
 */
export function timeProblems(evidence: Evidence, decidedAt: string): readonly string[] {
  const { startedAt, endedAt } = evidence.run;
  const [decided, started] = [Date.parse(decidedAt), Date.parse(startedAt)];
  if (Number.isNaN(decided)) return [`The time of the decision, "${decidedAt}", cannot be read.`];
  if (Number.isNaN(started)) return [`The start of the run, "${startedAt}", cannot be read.`];
  const problems: string[] = [];
  if (decided < started) problems.push(`The decision (${decidedAt}) lies before the run (${startedAt}).`);
  if (endedAt === null) {
    problems.push('The run did not come to its end.');
  } else {
    problems.push(...endProblems(endedAt, started, decided, evidence.policy.maxAgeMinutes));
  }
  const early = evidence.attempts.find((attempt) => !(Date.parse(attempt.startedAt) >= started - CLOCK_STEP));
  if (early) problems.push(`An attempt of ${early.check} is older than the run: ${early.startedAt}.`);
  return problems;
}

function endProblems(
  endedAt: string,
  started: number,
  decided: number,
  maxAgeMinutes: number,
): readonly string[] {
  const ended = Date.parse(endedAt);
  if (Number.isNaN(ended)) return [`The end of the run, "${endedAt}", cannot be read.`];
  if (ended < started) return [`The run ended (${endedAt}) before it started.`];
  if (ended > decided) return [`The run ended (${endedAt}) after the decision.`];
  const age = (decided - ended) / MINUTE;
  if (age <= maxAgeMinutes) return [];
  return [`The evidence is ${Math.floor(age)} minutes old, and may be ${maxAgeMinutes} at most.`];
}

/**
 * ISO time until which a verdict may be used. Where one of the times cannot be read or written, it is over at once.
 * @param ends when something ends on which it rests, in milliseconds since 1970
 */
export function expiryOf(decidedAt: string, validForMinutes: number, ends: readonly number[] = []): string {
  const expires = new Date(Math.min(Date.parse(decidedAt) + validForMinutes * MINUTE, ...ends));
  return Number.isNaN(expires.getTime()) ? decidedAt : expires.toISOString();
}
