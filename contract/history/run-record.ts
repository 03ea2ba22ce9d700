import { z } from 'zod';
import { Decision, Phase, Severity } from '../evidence/outcome.ts';
import { Shown } from '../flow/statement.ts';
import { CheckId } from '../plan/check-id.ts';

/** The version that stands in every record. A reader passes over keys that a newer version added. */
export const RUN_RECORD_SCHEMA = 'greenlight/run-record@1';

/**
 * How one check ended, for the history. What was flaky is what the policy makes of it (`flaky` says that it was), what
 * found nothing to look at is `not-applicable`, and `not-run` was due and did not come to its turn.
 */
export const RecordedOutcome = z.enum(['pass', 'fail', 'unknown', 'not-applicable', 'not-run']);
export type RecordedOutcome = z.infer<typeof RecordedOutcome>;

/** How long one step of a flow took. */
export const StepRecord = z.object({
  id: z.string(),
  outcome: z.enum(['pass', 'fail', 'unknown', 'not-applicable']),
  /** Milliseconds. */
  ms: z.number().nonnegative(),
  budgetMs: z.number().positive().optional(),
});
export type StepRecord = z.infer<typeof StepRecord>;

/** One check of one run. */
export const CheckRecord = z.object({
  id: CheckId,
  title: z.string().min(1),
  outcome: RecordedOutcome,
  /** Whether it decides. */
  severity: Severity,
  /** It failed and then passed; `outcome` is what the policy makes of that. */
  flaky: z.literal(true).optional(),
  /** Its failure is accepted until a day, so it decides nothing. */
  waived: z.literal(true).optional(),
  /** One plain sentence; absent of a check that passed. */
  summary: z.string().optional(),
  /** Stable word for the kind of cause, such as `status`, `refused`, `no-route`. */
  cause: z.string().optional(),
  /** What was measured, against what, and in which unit. */
  measured: Shown.optional(),
  threshold: Shown.optional(),
  unit: z.string().optional(),
  /** Milliseconds of the deciding attempt; 0 where nothing ran. */
  ms: z.number().nonnegative(),
  /** Steps of a flow, in their order; absent where it has none. */
  steps: z.array(StepRecord).optional(),
  owner: z.string().optional(),
  runbook: z.string().optional(),
});
export type CheckRecord = z.infer<typeof CheckRecord>;

/** A check that the phase plans and that was not due: nothing is known of it from this run. */
export const NotDueRecord = z.object({
  id: CheckId,
  title: z.string().min(1),
  /** How it ended when it last ran, and when (ISO). */
  last: z.object({ run: z.string(), at: z.string(), outcome: RecordedOutcome }),
  /** From then on it is due (ISO). */
  dueAt: z.string(),
});
export type NotDueRecord = z.infer<typeof NotDueRecord>;

/** Why a start did not become a run. */
export const Skipped = z.object({
  /**
   * `overlap`: another run works on the target. `maintenance`: the plan lets nothing run then. `nothing-due`: every
   * check ran so recently that none is due.
   */
  kind: z.enum(['overlap', 'maintenance', 'nothing-due']),
  reason: z.string().min(1),
});
export type Skipped = z.infer<typeof Skipped>;

/** What kept us from seeing the target; never the target's fault. */
export const Blind = z.object({
  /** Stable word: the cause of the checks (`no-route`, `credentials`), or the kind of fault of the run (`runner`). */
  cause: z.string().min(1),
  reason: z.string().min(1),
  /** Checks that say so; none where it is about the whole run. */
  checks: z.array(CheckId),
});
export type Blind = z.infer<typeof Blind>;

const SaidRelease = z.object({ id: z.string().optional(), commit: z.string().optional() });

/** One start on a target and what it came to: one line of the history. Redacted; times are ISO, of the machine that ran. */
export const RunRecord = z.object({
  schema: z.literal(RUN_RECORD_SCHEMA),
  /** Unique for the target. A start that was skipped has one, too. */
  run: z.string().min(1),
  phase: Phase,
  target: z.string().min(1),
  /** From where it looked: `default` unless somebody named the place. */
  location: z.string().min(1),
  /** The release that was wanted, and what the target said it runs. */
  wanted: SaidRelease.nullable(),
  observed: SaidRelease.nullable(),
  /** The cut-over that the run belongs to. */
  cutover: z.string().min(1).optional(),
  startedAt: z.iso.datetime({ offset: true }),
  endedAt: z.iso.datetime({ offset: true }),
  /** About the checks that ran. Null: nothing ran, which is never a GO. */
  decision: Decision.nullable(),
  /** The decision in one sentence, or why nothing ran. */
  reason: z.string(),
  exitCode: z.number().int(),
  skipped: Skipped.nullable(),
  /** Empty where we saw everything that we looked at. */
  blind: z.array(Blind),
  /** The window of maintenance in which the run fell: it is recorded and not told. */
  maintenance: z.object({ id: z.string(), until: z.string() }).optional(),
  /** What was due, in the order of the manifest. */
  checks: z.array(CheckRecord),
  notDue: z.array(NotDueRecord),
  /** Pieces of test data that stayed on the target. */
  leftovers: z.number().int().nonnegative(),
  planDigest: z.string(),
  /** Version of Greenlight. */
  greenlight: z.string(),
  /** Where the report can be read, if somebody said so. */
  report: z.string().optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** A line of a history that cannot be read. */
export interface DamagedLine {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

export interface ParsedRecords {
  readonly records: readonly RunRecord[];
  readonly damaged: readonly DamagedLine[];
  /** The damage comes after the last record that can be read: whoever wrote last was killed, or the disk was full. */
  readonly tailDamaged: boolean;
}

/**
 * Reads lines of records. What is cut short or foreign costs its own line and is told; nothing is dropped in silence.
 * Never throws.
 */
export function parseRunRecords(text: string): ParsedRecords {
  const records: RunRecord[] = [];
  const damaged: DamagedLine[] = [];
  let tailDamaged = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = parseLine(line);
    tailDamaged = typeof read === 'string';
    if (typeof read === 'string') damaged.push({ line: index + 1, problem: read });
    else records.push(read);
  }
  return { records, damaged, tailDamaged };
}

function parseLine(line: string): RunRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is cut short or no JSON';
  }
  return parseRunRecord(value);
}

/** One record of any shape. @returns what is wrong with it, as the end of a sentence, where it is none */
export function parseRunRecord(value: unknown): RunRecord | string {
  const parsed = RunRecord.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `is no record of a run: ${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message ?? 'is not right'}`;
}
