import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { CoverageReport } from './coverage.ts';
import { ComparisonReport } from '../load/load-comparison.ts';
import { LoadProfile } from '../load/load-profile.ts';
import { LoadResult, LoadStage } from '../load/load-result.ts';
import { LoadSetting } from '../load/load-setting.ts';
import { Outcome, Severity } from './outcome.ts';
import { Shown, Statement } from '../flow/statement.ts';

/** The private media type under which findings travel as Playwright attachments. */
export const FINDING_MEDIA_TYPE = 'application/vnd.greenlight.finding+json';

/** One step of a flow as it went. */
export const StepReport = z.strictObject({
  id: z.string(),
  kind: z.enum(['request', 'observe', 'page']),
  outcome: Outcome,
  durationMs: z.number().nonnegative(),
  budgetMs: z.number().positive(),
  statements: z.array(Statement),
});
export type StepReport = z.infer<typeof StepReport>;

/** One row that is not the same on both sides. */
export const DifferingRow = z.strictObject({
  kind: z.enum(['missing', 'extra', 'changed']),
  /** Values of the key columns as text; empty where the table has no key. */
  key: z.array(z.string().nullable()),
  /** The columns of a changed row that differ; their values only where the plan lets reports show them. */
  cells: z.array(
    z.strictObject({
      column: z.string(),
      old: z.string().nullable().optional(),
      new: z.string().nullable().optional(),
    }),
  ),
});
export type DifferingRow = z.infer<typeof DifferingRow>;

/** What a comparison row by row found. */
export const RowsReport = z.strictObject({
  /** Exact numbers of rows: on old alone, on new alone, on both but not the same. Null: they could not be located. */
  missing: z.number().int().nonnegative().nullable(),
  extra: z.number().int().nonnegative().nullable(),
  changed: z.number().int().nonnegative().nullable(),
  /** Rows that new wrote after the cut-over moment; in none of the numbers above. */
  later: z.number().int().nonnegative().nullable().optional(),
  /** The first differing rows only; the numbers above are complete. */
  first: z.array(DifferingRow),
  key: z.array(z.string()),
  /** Columns that were compared, by old name. */
  columns: z.array(z.string()),
  /** How rows were hashed, for people; null when they were not. */
  hash: z.string().nullable(),
  seconds: z.number().nonnegative(),
});
export type RowsReport = z.infer<typeof RowsReport>;

/** Old and new side of one mapped table. */
export const TableReport = z.strictObject({
  old: z.string(),
  new: z.string(),
  answer: z.enum(['equal', 'different', 'not-checked', 'unstable']),
  oldRows: z.number().int().nonnegative().nullable(),
  newRows: z.number().int().nonnegative().nullable(),
  sums: z.array(z.strictObject({ column: z.string(), old: z.string(), new: z.string() })),
  /** What was not compared, and why. */
  notCompared: z.array(z.string()),
  /** Only where every row was compared with its twin. */
  rows: RowsReport.optional(),
});
export type TableReport = z.infer<typeof TableReport>;

/** What one state check found, and what the plan let pass. */
export const StateReport = z.strictObject({
  /** How many things were looked at. */
  examined: z.number().int().nonnegative(),
  /** The first ones only; `more` says how many are not shown. */
  findings: z.array(
    z.strictObject({
      severity: Severity,
      object: z.string(),
      summary: z.string(),
      /** The statement, or the words, that puts it right. */
      remedy: z.string(),
    }),
  ),
  more: z.number().int().nonnegative(),
  /** Things that are wrong and that the plan lets pass, with its reason. */
  letPass: z.array(z.strictObject({ object: z.string(), because: z.string() })),
  /** Things of which nobody could say whether they are the same, the first ones; older evidence did not say. */
  undecided: z.array(z.strictObject({ object: z.string(), summary: z.string() })).optional(),
  /** What the check had to leave out, with the reason; older evidence did not say. */
  unjudged: z.array(z.string()).optional(),
});
export type StateReport = z.infer<typeof StateReport>;

/** What kind of thing a finding measured, for the sections of the report. */
export const FindingDetail = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flow'), steps: z.array(StepReport) }),
  z.strictObject({ kind: z.literal('probe'), statements: z.array(Statement) }),
  z.strictObject({ kind: z.literal('table'), table: TableReport }),
  /** Several tables that one check compares. */
  z.strictObject({ kind: z.literal('tables'), tables: z.array(TableReport) }),
  z.strictObject({ kind: z.literal('coverage'), coverage: CoverageReport }),
  z.strictObject({ kind: z.literal('state'), state: StateReport }),
  z.strictObject({
    kind: z.literal('load'),
    result: LoadResult,
    statements: z.array(Statement),
    /** Only of profiles with several levels, in the order in which they ran. */
    stages: z.array(LoadStage).optional(),
    /** What the result depends on besides the target; evidence of older versions did not say. */
    setting: LoadSetting.optional(),
    /** Only where the result is one share of a load: what the merge needs to judge all of them together. */
    share: z
      .strictObject({
        index: z.number().int().positive(),
        of: z.number().int().positive(),
        profile: LoadProfile,
        control: z.enum(['answers', 'silent', 'not-asked']),
      })
      .optional(),
  }),
  z.strictObject({ kind: z.literal('comparison'), comparison: ComparisonReport }),
]);
export type FindingDetail = z.infer<typeof FindingDetail>;

/** What a check saw. Only a finding can say `fail`. */
export const Finding = z.strictObject({
  check: CheckId,
  outcome: Outcome,
  /** One plain sentence: what is wrong, or what was seen to hold. */
  summary: z.string().min(1),
  /** Stable word for the kind of cause: `status`, `no-mail`, `rows-missing`, `port-unavailable`. */
  cause: z.string().optional(),
  measured: Shown.optional(),
  expected: Shown.optional(),
  unit: z.string().optional(),
  /** How much was looked at: rows, requests, samples. */
  sampleSize: z.number().int().nonnegative().optional(),
  remedy: z.string().optional(),
  /** Release that the target said it runs; only the release check sets it. */
  observedRelease: z.strictObject({ id: z.string().optional(), commit: z.string().optional() }).optional(),
  detail: FindingDetail.optional(),
});
export type Finding = z.infer<typeof Finding>;

/** The part of Playwright's `TestInfo` that carries findings. */
export interface FindingSink {
  attach(name: string, options: { body: string; contentType: string }): Promise<void>;
}

/** Records a finding on the running test. */
export async function recordFinding(sink: FindingSink, finding: Finding): Promise<void> {
  await sink.attach(`finding: ${finding.check}`, {
    body: JSON.stringify(Finding.parse(finding)),
    contentType: FINDING_MEDIA_TYPE,
  });
}

/** Thrown after a finding was recorded, so that Playwright shows the test as failed. The finding, not this, decides. */
export class FindingSaysNo extends Error {
  override readonly name = 'FindingSaysNo';
  readonly finding: Finding;
  constructor(finding: Finding) {
    super(describeFinding(finding));
    this.finding = finding;
  }
}

/** One finding in a few lines of text. */
export function describeFinding(finding: Finding): string {
  const lines = [finding.summary];
  if (finding.measured !== undefined || finding.expected !== undefined) {
    const unit = finding.unit ? ` ${finding.unit}` : '';
    lines.push(
      `measured: ${String(finding.measured ?? 'nothing')}${unit}`,
      `expected: ${String(finding.expected ?? 'nothing')}${unit}`,
    );
  }
  if (finding.remedy) lines.push(`remedy: ${finding.remedy}`);
  return lines.join('\n');
}
