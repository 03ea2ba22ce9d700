import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { Fragment } from '../../../contract/evidence/fragment.ts';
import { DIST } from '../../installed.ts';
import { QUICK_START_PLAIN } from '../../quick-start.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');

export interface Play {
  /** File name -> content in plain JavaScript, relative to the project. `a.spec.mjs` is the usual one. */
  readonly files: Readonly<Record<string, string>>;
  /** Body of the configuration object. */
  readonly config?: string;
  readonly args?: readonly string[];
  readonly reporters?: { readonly before?: readonly string[]; readonly after?: readonly string[] };
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process once a line of its output matches. */
  readonly when?: readonly [RegExp, (kill: (signal: NodeJS.Signals) => void) => void];
  /** `false`: Playwright is started by hand, without a run. */
  readonly run?: boolean;
}

export interface Played {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly fragment: Fragment | undefined;
}

/** A spec in TypeScript as plain JavaScript: a loader would cost each process half a second, and a failed test one. */
export function withoutTypes(spec: string): string {
  return transformSync(spec, { loader: 'ts', target: 'node20' }).code;
}

/** Runs the real Playwright on an inline project with the recorder, and returns what the recorder left. */
export async function play(options: Play): Promise<Played> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlight-play-'));
  try {
    return await playIn(directory, options);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function playIn(directory: string, options: Play): Promise<Played> {
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const reporters = [
    ...(options.reporters?.before ?? []),
    join(DIST, 'reporters/recorder.js'),
    ...(options.reporters?.after ?? []),
  ].map((file) => [file]);
  const files: Record<string, string> = {
    'package.json': '{ "type": "module" }',
    'playwright.config.mjs': `
      import { defineConfig } from '@playwright/test';
      export default defineConfig({
        testDir: '.', workers: 1, timeout: 5000,
        reporter: ${JSON.stringify([['line'], ...reporters])},
        projects: [{ name: 'suites' }],
        ${options.config ?? ''}
      });`,
    'run.json': JSON.stringify({
      id: 'run1',
      nonce: 'n1',
      phase: 'post-cutover',
      planFile: join(directory, 'plan.ts'),
      runDirectory: join(directory, 'run'),
      stateDirectory: join(directory, 'state'),
      session: 2,
    }),
    ...options.files,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(resolve(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const env: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: '1', ...options.env };
  for (const name of ['NO_COLOR', 'CI', 'GREENLIGHT_RUN']) delete env[name];
  Object.assign(env, QUICK_START_PLAIN);
  if (options.run !== false) env['GREENLIGHT_RUN'] = join(directory, 'run.json');
  const child = spawn(process.execPath, [CLI, 'test', ...(options.args ?? [])], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let fired = false;
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    if (options.when && !fired && options.when[0].test(output)) {
      fired = true;
      options.when[1]((signal) => void child.kill(signal));
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, failed) => {
    child.on('error', failed);
    child.on('close', (...end) => done(end));
  });
  const file =
    options.run === false
      ? join(directory, 'test-results/greenlight/session-0.json')
      : join(directory, 'run/session-2.json');
  const fragment = existsSync(file) ? Fragment.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  return { code, signal, output, fragment };
}

/** Source of a spec, JavaScript and TypeScript, in which `check(id, body, ...)` registers a test with its check id. */
export const PRELUDE = `
  import { test, expect } from '@playwright/test';
  import net from 'node:net';
  const of = (id) => ({ annotation: { type: 'greenlight:check', description: id } });
  const find = (info, finding) => info.attach('finding: ' + finding.check, {
    body: JSON.stringify(finding), contentType: 'application/vnd.greenlight.finding+json' });
  class FindingSaysNo extends Error { name = 'FindingSaysNo'; }
  async function deadPort() { const s = net.createServer().listen(0, '127.0.0.1'); await new Promise(r => s.once('listening', r));
    const { port } = s.address(); await new Promise(r => s.close(r)); return port; }
`;
