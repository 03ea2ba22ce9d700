import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CHECK_ANNOTATION } from '../../../contract/plan/check-id.ts';
import { FINDING_MEDIA_TYPE, type Finding } from '../../../contract/evidence/finding.ts';
import { plainModule } from '../../plain-module.ts';
import { QUICK_START_PLAIN } from '../../quick-start.ts';

/** How one check went in a real Playwright run. */
export interface RanCheck {
  readonly title: string;
  readonly status: string;
  readonly tags: readonly string[];
  readonly findings: readonly Finding[];
  readonly control: string | undefined;
  readonly error: string;
  readonly annotations: readonly { type: string; description?: string }[];
}

export interface PlaywrightRun {
  readonly exitCode: number;
  readonly output: string;
  readonly checks: ReadonlyMap<string, RanCheck>;
  /** Everything that Playwright wrote about the tests, as text. */
  readonly raw: string;
}

interface JsonSuite {
  readonly suites?: readonly JsonSuite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly tags: readonly string[];
    readonly tests: readonly {
      readonly annotations: readonly { type: string; description?: string }[];
      readonly results: readonly {
        readonly status: string;
        readonly errors: readonly { message?: string }[];
        readonly annotations?: readonly { type: string; description?: string }[];
        readonly attachments: readonly { name: string; contentType: string; body?: string }[];
      }[];
    }[];
  }[];
}

/** Runs one spec, as plain JavaScript, with Playwright's own command line in a process of its own. */
export async function runPlaywright(
  spec: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  /** Called with the process, for tests that interrupt it. */
  started: (child: ChildProcess) => void = () => {},
): Promise<PlaywrightRun> {
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-suites-'));
  try {
    const report = path.join(directory, 'report.json');
    const plain = spec.endsWith('.ts') ? await plainModule(spec, directory) : spec;
    const config = path.join(directory, 'playwright.config.mjs');
    await writeFile(
      config,
      `export default ${JSON.stringify({
        testDir: path.dirname(plain),
        testMatch: path.basename(plain),
        outputDir: path.join(directory, 'results'),
        workers: 2,
        reporter: [['json', { outputFile: report }]],
      })};`,
    );
    const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
    const { exitCode, output } = await start([cli, 'test', '--config', config, ...args], env, started);
    const raw = await readFile(report, 'utf8').catch(() => '{"suites":[]}');
    return { exitCode, output, raw, checks: collect(JSON.parse(raw) as JsonSuite) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  started: (child: ChildProcess) => void,
): Promise<{ exitCode: number; output: string }> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('GREENLIGHT_') && !name.startsWith('VITEST'),
    ),
  );
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...args],
      { env: { ...clean, ...QUICK_START_PLAIN, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = (error as { code?: unknown } | null)?.code;
        resolve({ exitCode: error ? (typeof code === 'number' ? code : -1) : 0, output: stdout + stderr });
      },
    );
    started(child);
  });
}

function collect(suite: JsonSuite, into = new Map<string, RanCheck>()): Map<string, RanCheck> {
  for (const inner of suite.suites ?? []) collect(inner, into);
  for (const spec of suite.specs ?? []) {
    const ran = spec.tests[0];
    const result = ran?.results.at(-1);
    if (!ran || !result) continue;
    const decoded = result.attachments.map((one) => ({
      ...one,
      text: Buffer.from(one.body ?? '', 'base64').toString('utf8'),
    }));
    const control = decoded.find((one) => one.name === 'greenlight:control')?.text;
    const id = ran.annotations.find((one) => one.type === CHECK_ANNOTATION)?.description ?? spec.title;
    into.set(id, {
      title: spec.title,
      status: result.status,
      tags: spec.tags,
      findings: decoded
        .filter((one) => one.contentType === FINDING_MEDIA_TYPE)
        .map((one) => JSON.parse(one.text) as Finding),
      control: control === undefined ? undefined : (JSON.parse(control) as { control: string }).control,
      error: result.errors.map((error) => error.message ?? '').join('\n'),
      annotations: [...ran.annotations, ...(result.annotations ?? [])],
    });
  }
  return into;
}
