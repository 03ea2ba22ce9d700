import type { Verdict } from '../contract/verdict/verdict.ts';
import { renderers } from '../reporters/renderers/index.ts';
import type { ReportFiles } from '../host/report-files.ts';

/** Every file that is rendered from the verdict alone, besides verdict.json itself. */
export function renderReport(
  verdict: Verdict,
  files: ReportFiles,
): readonly (readonly [file: string, text: string])[] {
  return [
    [files.html, renderers.html(verdict)],
    [files.junit, renderers.junit(verdict)],
  ];
}
