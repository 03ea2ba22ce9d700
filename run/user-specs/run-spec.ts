import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RUN_CONTEXT_ENV } from '../../contract/evidence/run-context.ts';
import { SPEC_ORDER_ENV, type SpecOrder, SpecRecord } from '../../contract/evidence/spec-record.ts';
import { RUN_ID_ENV } from '../../host/run-context.ts';
import { ownModule } from '../../host/package-root.ts';
import { type ProcessGroup, startGroup } from '../../host/process-group.ts';
import { SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import { ALLURE_RESULTS_ENV } from '../playwright-env.ts';
import { endOfOutput, readLines } from '../read-lines.ts';
import { withoutComma } from '../runner.ts';
import type { FoundSpec } from './find-spec.ts';

/** One start of a user's own Playwright. */
export interface SpecRunOrder {
  readonly check: string;
  readonly found: FoundSpec;
  readonly grep: string | undefined;
  readonly projects: readonly string[];
  /** `target.control` of the plan. */
  readonly control: string | undefined;
  /** What the plan sets, secrets resolved. */
  readonly set: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  /** Private to this start. */
  readonly scratch: string;
  /** For traces and screenshots. */
  readonly outputDirectory: string;
  readonly timeoutMs: number;
  /** Told of the processes, so that whoever ends the test ends them. */
  readonly started: (group: ProcessGroup) => void;
  readonly onLine: (line: string) => void;
}

/** How it ended. */
export interface SpecEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it was ended because its time was over. */
  readonly late: boolean;
  /** Undefined when our reporter left nothing that can be read. */
  readonly record: SpecRecord | undefined;
  /** The last lines that Playwright printed. */
  readonly lastLines: readonly string[];
}

/** Fixtures and tear-downs of the user may need this long; less than the run gives the Playwright around it. */
export const SPEC_GRACE_MS = 10_000;
const LAST_LINES = 30;

/**
 * Runs a user's spec under the user's configuration. The configuration is taken as it is; besides, snapshots are never
 * written, `test.only` is an error, and its artifacts go to a place of ours.
 * @throws when Playwright could not be started at all
 */
export async function runSpec(order: SpecRunOrder): Promise<SpecEnd> {
  const { found, check, scratch, projects, control } = order;
  const recordFile = path.join(scratch, 'record.json');
  const orderFile = path.join(scratch, 'order.json');
  const said: SpecOrder = {
    check,
    paths: [...found.paths],
    projects: [...projects],
    ...(control === undefined ? {} : { control }),
    record: recordFile,
  };
  mkdirSync(scratch, { recursive: true });
  writeFileSync(orderFile, JSON.stringify(said));
  const cwd = path.dirname(found.playwright.configFile);
  const group = await startGroup(process.execPath, playwrightArgs(order, cwd), {
    cwd,
    env: { ...specEnv(order.env), ...order.set, [SPEC_ORDER_ENV]: orderFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  order.started(group);
  const lines: string[] = [];
  const hear = (line: string): void => {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    order.onLine(line);
  };
  const streams = [readLines(group.child.stdout, hear), readLines(group.child.stderr, hear)];
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void group.stop(SPEC_GRACE_MS);
  }, order.timeoutMs);
  const { code, signal } = await group.exited;
  clearTimeout(timer);
  await endOfOutput(streams);
  return { exitCode: code, signal, late, record: readRecord(recordFile), lastLines: lines };
}

function playwrightArgs({ found, grep, projects, outputDirectory }: SpecRunOrder, cwd: string): string[] {
  const reporter = withoutComma(ownModule('run/user-specs/spec-recorder'), cwd);
  return [
    found.playwright.cli,
    'test',
    `--config=${found.playwright.configFile}`,
    ...projects.map((project) => `--project=${project}`),
    // `--reporter` would replace those of the user.
    `--add-reporter=${reporter}`,
    // Comparing with what was just written shows nothing.
    '--update-snapshots=none',
    // It would run nothing but that one test.
    '--forbid-only',
    `--output=${outputDirectory}`,
    ...(grep === undefined ? [] : [`--grep=${grep}`]),
    ...found.paths.map(fileFilter),
  ];
}

/** Playwright takes a filter for a regular expression on the whole path, and one between slashes for one with flags. */
function fileFilter(file: string): string {
  const exact = file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return statSync(file).isDirectory() ? `^${exact}[\\\\/]` : `^${exact}$`;
}

/** Of this process and its Playwright alone: another Playwright that read them would take itself for a part of it. */
const NOT_FOR_SPECS: ReadonlySet<string> = new Set([
  RUN_CONTEXT_ENV,
  RUN_ID_ENV,
  SIGNING_KEY_ENV,
  ALLURE_RESULTS_ENV,
  'NODE_OPTIONS',
  'PW_TEST_REPORTER',
  'NO_COLOR',
  'TEST_WORKER_INDEX',
  'TEST_PARALLEL_INDEX',
  'PLAYWRIGHT_TEST_BASE_URL',
]);

function specEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !NOT_FOR_SPECS.has(name));
  return {
    ...Object.fromEntries(kept),
    PLAYWRIGHT_NO_COPY_PROMPT: '1',
    // A report that is served to a browser would never end.
    PLAYWRIGHT_HTML_OPEN: 'never',
    FORCE_COLOR: '0',
  };
}

function readRecord(file: string): SpecRecord | undefined {
  try {
    return SpecRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Whatever is wrong with it: nobody knows what the tests came to, and the last lines of Playwright say why.
    return undefined;
  }
}
