import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Where the parts of a report are. */
export interface ReportFiles {
  readonly directory: string;
  readonly verdict: string;
  readonly evidence: string;
  /** Who wrote the evidence; there only after a run with a key. */
  readonly evidenceSeal: string;
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
  /** Says that the directory is ours. No dot in front: artifact stores leave hidden files out. */
  readonly mark: string;
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
    evidenceSeal: path.join(directory, 'evidence.seal.json'),
    proof: path.join(directory, 'verdict.dsse.json'),
    sigstoreBundle: path.join(directory, 'verdict.sigstore.json'),
    signOffs: path.join(directory, 'sign-offs'),
    dotenv: path.join(directory, 'greenlight.env'),
    deliveries: path.join(directory, 'deliveries.json'),
    mark: path.join(directory, 'greenlight-report.json'),
    inUse: path.join(directory, 'in-use.json'),
    html: path.join(directory, 'index.html'),
    junit: path.join(directory, 'junit.xml'),
    allureResults: path.join(directory, 'allure-results'),
    allureReport: path.join(directory, 'allure-report'),
    playwright: path.join(directory, 'playwright'),
  };
}

/** What Allure's reporter writes into its directory. */
const OF_ALLURE =
  /^(?:[0-9a-f-]{32,36}-(?:result|container|attachment|globals)\b.*|(?:categories|executor|globals)\.json|environment\.properties)$/;
/** What a sign-off of ours is called. */
const OF_SIGN_OFFS = /-[0-9a-f]{12}\.dsse\.json$/;
/** What a session of Playwright leaves. */
const OF_SESSIONS = /^session-\d+(?:\.log)?$/;

const MARK = {
  schema: 'greenlight/report@1',
  note: 'Greenlight writes its reports into this directory and replaces them here.',
};

/** Removes all that was signed about an earlier run: neither a proof of a GO nor a seal may outlive what it is about. */
export function removeProofs({ proof, sigstoreBundle, signOffs, evidenceSeal }: ReportFiles): void {
  for (const file of [proof, sigstoreBundle, evidenceSeal]) removeFile(file);
  removeOurs(signOffs, OF_SIGN_OFFS);
}

/**
 * Removes what an earlier run left, by the names that we give and nothing else: what people laid beside it stays.
 * The directory has our mark from here on.
 */
export function clearReport(files: ReportFiles): void {
  removeProofs(files);
  const { evidence, deliveries, html, junit, allureResults, allureReport, playwright } = files;
  for (const file of [evidence, deliveries, html, junit]) removeFile(file);
  removeOurs(allureResults, OF_ALLURE);
  removeOurs(allureReport, /^index\.html$/);
  removeOurs(playwright, OF_SESSIONS);
  mkdirSync(playwright, { recursive: true });
  markReport(files);
}

/** Puts our mark into a directory that is there. @throws the system's error */
export function markReport({ mark }: Pick<ReportFiles, 'mark'>): void {
  writeFileSync(mark, `${JSON.stringify(MARK)}\n`);
}

/** Whether a path inside a report directory is one that a run writes. */
export function isOurs(files: ReportFiles, file: string): boolean {
  const [top = '', second] = path.relative(files.directory, file).split(path.sep);
  if (second === undefined) {
    return Object.values(files).some(
      (ours) => ours !== files.directory && path.basename(ours as string) === top,
    );
  }
  const of: Readonly<Record<string, RegExp>> = {
    [path.basename(files.signOffs)]: OF_SIGN_OFFS,
    [path.basename(files.allureResults)]: OF_ALLURE,
    [path.basename(files.allureReport)]: /^index\.html$/,
    [path.basename(files.playwright)]: OF_SESSIONS,
  };
  return of[top]?.test(second) ?? false;
}

/** A directory of that name is not ours. */
function removeFile(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) rmSync(file, { force: true });
}

/** The directory itself goes too, once nothing is left in it. */
function removeOurs(directory: string, ours: RegExp): void {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const names = readdirSync(directory);
  const made = names.filter((name) => ours.test(name));
  for (const name of made) rmSync(path.join(directory, name), { recursive: true, force: true });
  if (made.length === names.length) rmdirSync(directory);
}

/**
 * Moves what the sessions of a run left, redacted by now, from its private directory into the report.
 * @throws the system's error when something cannot be moved
 */
export function takeSessions(runDirectory: string, { playwright }: ReportFiles): void {
  if (!existsSync(runDirectory)) return;
  for (const name of readdirSync(runDirectory).filter((one) => OF_SESSIONS.test(one))) {
    mkdirSync(playwright, { recursive: true });
    const [from, to] = [path.join(runDirectory, name), path.join(playwright, name)];
    // Copied, not renamed: state and report often lie on different disks.
    cpSync(from, to, { recursive: true });
    rmSync(from, { recursive: true, force: true });
  }
}
