import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Where the parts of a report are. */
export interface ReportFiles {
  readonly directory: string;
  readonly verdict: string;
  readonly evidence: string;
  readonly html: string;
  readonly junit: string;
  readonly allureResults: string;
  readonly allureReport: string;
  /** Traces, screenshots and logs by session. */
  readonly playwright: string;
}

/** The files of a report directory, given as an absolute path. */
export function reportFiles(directory: string): ReportFiles {
  return {
    directory,
    verdict: path.join(directory, 'verdict.json'),
    evidence: path.join(directory, 'evidence.json'),
    html: path.join(directory, 'index.html'),
    junit: path.join(directory, 'junit.xml'),
    allureResults: path.join(directory, 'allure-results'),
    allureReport: path.join(directory, 'allure-report'),
    playwright: path.join(directory, 'playwright'),
  };
}

/** Removes what an earlier run left, by name: a directory that the user chose may hold other things too. */
export function clearReport(files: ReportFiles): void {
  const { evidence, html, junit, allureResults, allureReport, playwright } = files;
  for (const file of [evidence, html, junit, allureResults, allureReport, playwright]) {
    rmSync(file, { recursive: true, force: true });
  }
  mkdirSync(files.playwright, { recursive: true });
}
