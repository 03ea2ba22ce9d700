import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Where the parts of a report are. */
export interface ReportFiles {
  readonly directory: string;
  readonly verdict: string;
  readonly evidence: string;
  /** The signed statement; there only beside a GO of a run with a key. */
  readonly proof: string;
  /** The same in the shape that Sigstore's tools read. */
  readonly sigstoreBundle: string;
  /** What people signed about the verdict. */
  readonly signOffs: string;
  /** What later jobs of GitLab CI read; there only when GitLab was told. */
  readonly dotenv: string;
  /** Who was told about the verdict, and who was not; there only when somebody was to be told. */
  readonly deliveries: string;
  /** There only while a process writes this report. */
  readonly inUse: string;
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
    proof: path.join(directory, 'verdict.dsse.json'),
    sigstoreBundle: path.join(directory, 'verdict.sigstore.json'),
    signOffs: path.join(directory, 'sign-offs'),
    dotenv: path.join(directory, 'greenlight.env'),
    deliveries: path.join(directory, 'deliveries.json'),
    inUse: path.join(directory, 'in-use.json'),
    html: path.join(directory, 'index.html'),
    junit: path.join(directory, 'junit.xml'),
    allureResults: path.join(directory, 'allure-results'),
    allureReport: path.join(directory, 'allure-report'),
    playwright: path.join(directory, 'playwright'),
  };
}

/** Removes all that was signed about an earlier verdict: a proof of a GO must not outlive the run that it is about. */
export function removeProofs({ proof, sigstoreBundle, signOffs }: ReportFiles): void {
  for (const file of [proof, sigstoreBundle, signOffs]) rmSync(file, { recursive: true, force: true });
}

/** Removes what an earlier run left, by name: a directory that the user chose may hold other things too. */
export function clearReport(files: ReportFiles): void {
  removeProofs(files);
  const { evidence, deliveries, html, junit, allureResults, allureReport, playwright } = files;
  for (const file of [evidence, deliveries, html, junit, allureResults, allureReport, playwright]) {
    rmSync(file, { recursive: true, force: true });
  }
  mkdirSync(files.playwright, { recursive: true });
}
