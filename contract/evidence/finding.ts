import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { FindingDetail } from './detail.ts';
import { Outcome } from './outcome.ts';
import { Shown } from '../flow/statement.ts';

export { DifferingRow, FindingDetail, RowsReport, StateReport, StepReport, TableReport } from './detail.ts';

/** The private media type under which findings travel as Playwright attachments. */
export const FINDING_MEDIA_TYPE = 'application/vnd.greenlight.finding+json';

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
