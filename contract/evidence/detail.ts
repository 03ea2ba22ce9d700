import { z } from 'zod';
import { ComparisonReport } from '../load/load-comparison.ts';
import { LoadProfile } from '../load/load-profile.ts';
import { LoadResult, LoadStage } from '../load/load-result.ts';
import { LoadSetting } from '../load/load-setting.ts';
import { Statement } from '../flow/statement.ts';
import { CoverageReport } from './coverage.ts';
import { Outcome, Severity } from './outcome.ts';
import { SPEC_OUTCOME_HOLDS, SpecOutcome, SpecReport } from './spec-report.ts';

/** What the pages of a step that did not hold met. Without bodies, and without the values of queries. */
export const PageReport = z.strictObject({
  /** The last ones, such as `GET http://shop.test/api/cart 500` or `… aborted`. */
  failedRequests: z.array(z.string()),
  /** The last lines of what Playwright says that it did. */
  log: z.array(z.string()),
});
export type PageReport = z.infer<typeof PageReport>;

/** One step of a flow as it went. */
export const StepReport = z.strictObject({
  id: z.string(),
  kind: z.enum(['request', 'observe', 'page']),
  outcome: Outcome,
  durationMs: z.number().nonnegative(),
  budgetMs: z.number().positive(),
  statements: z.array(Statement),
  /** How often a step that polls asked; its statements are about the last answer. */
  attempts: z.number().int().positive().optional(),
  /** Of a page step that did not hold. */
  page: PageReport.optional(),
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
  z.strictObject({
    kind: z.literal('probe'),
    statements: z.array(Statement),
    /** Of a probe that ran a program: the first and the last lines that it printed, without secrets. */
    output: z.array(z.string()).optional(),
  }),
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
  z.strictObject({ kind: z.literal('spec'), spec: SpecReport }),
]);
export type FindingDetail = z.infer<typeof FindingDetail>;

/** The details of one kind. */
export type DetailOf<K extends FindingDetail['kind']> = Extract<FindingDetail, { kind: K }>;

/** Why a finding that says `pass` cannot be believed, by what one kind of detail says; undefined when they agree. */
const AGAINST_A_PASS: {
  readonly [K in FindingDetail['kind']]: (detail: DetailOf<K>) => string | undefined;
} = {
  flow: ({ steps }) => {
    if (steps.length === 0) return 'no step of the flow is recorded';
    const bad = steps.find((step) => step.outcome !== 'pass');
    if (bad) return `its step "${bad.id}" says ${bad.outcome}`;
    return statementsAgainst(steps.flatMap((step) => step.statements));
  },
  probe: ({ statements }) =>
    statements.length === 0 ? 'it compared nothing' : statementsAgainst(statements),
  table: ({ table }) => (table.answer === 'equal' ? undefined : `its table is ${table.answer}`),
  tables: ({ tables }) => {
    const bad = tables.find(({ answer }) => answer !== 'equal');
    return bad && `its table ${bad.old} is ${bad.answer}`;
  },
  coverage: ({ coverage }) => {
    const loose = coverage.tables.find(({ state }) => state === 'not-compared');
    return loose && `nobody compares ${loose.table}`;
  },
  state: ({ state }) => {
    const fault = state.findings.find(({ severity }) => severity === 'blocking');
    return fault && `its fault stands: ${fault.summary}`;
  },
  comparison: ({ comparison }) => {
    if (comparison.requests.length === 0) return 'it compared nothing';
    const bad = comparison.requests.find(({ outcome }) => outcome !== 'pass');
    return bad && `its request "${bad.request}" says ${bad.outcome}`;
  },
  load: ({ result, statements }) => {
    if (statements.length === 0) return 'it compared nothing';
    if (result.requests === 0 || result.latency === null) return 'no request was measured';
    if (result.faults.length > 0) return `the load engine reported: ${result.faults[0]}`;
    return statementsAgainst(statements);
  },
  spec: ({ spec: { counts } }) => {
    if (counts.passed === 0) return 'no test passed';
    const bad = SpecOutcome.options.find((outcome) => counts[outcome] > 0 && !SPEC_OUTCOME_HOLDS[outcome]);
    return bad && `${counts[bad]} of its tests: ${bad}`;
  },
};

/** Why details do not go with a pass; undefined when they do. */
export function contradictsPass(detail: FindingDetail): string | undefined {
  // The table is keyed by the same discriminant, which TypeScript cannot follow through an index.
  return (AGAINST_A_PASS[detail.kind] as (detail: FindingDetail) => string | undefined)(detail);
}

function statementsAgainst(statements: readonly Statement[]): string | undefined {
  const bad = statements.find((statement) => !statement.ok);
  return bad && `its statement "${bad.name}" does not hold`;
}
