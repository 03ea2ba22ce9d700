import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DIST, GREENLIGHT } from '../installed.ts';
import { QUICK_START_PLAIN } from '../quick-start.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** An HTTP target that counts what it is asked and answers as told. */
export interface Target {
  readonly url: string;
  /** Paths in the order in which they were asked for. */
  readonly requests: string[];
  answer: (
    path: string,
    headers: IncomingHttpHeaders,
  ) => {
    readonly status: number;
    readonly body: string | Buffer;
    readonly delayMs?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
  close(): Promise<void>;
}

export async function startTarget(): Promise<Target> {
  const requests: string[] = [];
  const target: Target = {
    url: '',
    requests,
    answer: () => ({ status: 200, body: 'hello' }),
    close: () => new Promise((resolve) => closeServer(server, resolve)),
  };
  const server = createServer((request, response) => {
    const asked = request.url ?? '';
    requests.push(`${request.method} ${asked}`);
    const { status, body, delayMs, headers } = target.answer(asked, request.headers);
    setTimeout(
      () =>
        response
          .writeHead(status, {
            'content-type': body.toString().startsWith('{') ? 'application/json' : 'text/plain',
            ...headers,
          })
          .end(body),
      delayMs ?? 0,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(target, { url: `http://127.0.0.1:${port}` });
}

function closeServer(server: Server, done: () => void): void {
  server.close(done);
  server.closeAllConnections();
}

/** A user's project in a temporary directory, in plain JavaScript: projects in TypeScript are tried by what `init` writes. */
export interface CliProject {
  readonly directory: string;
  write(file: string, content: string): void;
  remove(): void;
}

/**
 * One worker, unless the plan says otherwise: a second one takes longer to start than the few checks of such a project.
 * @param plan the members of the plan besides its target, as source text; `flow`, `holds` and `secret` are imported
 */
export function cliProject(url: string, plan: string): CliProject {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-cli-'));
  const project: CliProject = {
    directory,
    write(file, content) {
      const full = path.join(directory, file);
      mkdirSync(path.dirname(full), { recursive: true });
      writeFileSync(full, content);
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
  project.write('package.json', '{ "type": "module" }');
  project.write('greenlight.config.mjs', planSource(url, plan));
  project.write(
    'playwright.config.mjs',
    `import { defineGreenlightPlaywright } from '${DIST}/run/playwright-config.js';
     import plan from './greenlight.config.mjs';
     export default defineGreenlightPlaywright(plan);`,
  );
  for (const [name, define] of Object.entries(STUBS)) {
    project.write(
      `greenlight/${name}.spec.mjs`,
      `import { ${define} } from '${DIST}/run/test-entry.js';
       import plan from '../greenlight.config.mjs';
       ${define}(plan);`,
    );
  }
  return project;
}

const STUBS = {
  readiness: 'defineReadiness',
  suites: 'defineSuites',
  'data-checks': 'defineDataChecks',
  load: 'defineLoad',
} as const;

export function planSource(url: string, plan: string): string {
  return `import { defineConfig, flow, holds, secret } from '${DIST}/contract/index.js';
void flow, holds, secret;
export default defineConfig({ target: { name: 'target', urls: { app: '${url}' } }, workers: 1, ${plan} });`;
}

/** A probe of one path, as source text. */
export function probe(id: string, at = '/'): string {
  return `{ id: '${id}', title: '${id}', kind: 'endpoints', paths: ['${at}'], phases: ['post-cutover', 'synthetic'] }`;
}

/** How one command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** One `greenlight` that is running, as it is built. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  /** Resolves once standard error has shown the text. */
  shows(text: string): Promise<void>;
}

export function startGreenlight(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningCommand {
  const child = spawn(process.execPath, [GREENLIGHT, ...args], {
    cwd,
    env: { ...process.env, ...QUICK_START_PLAIN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const waiting: { text: string; seen: () => void }[] = [];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    for (const wait of waiting) if (err.includes(wait.text)) wait.seen();
  });
  const ended = new Promise<CommandEnd>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, out, err })),
  );
  return {
    child,
    ended,
    shows: (text) =>
      new Promise((resolve, reject) => {
        if (err.includes(text)) return resolve();
        waiting.push({ text, seen: resolve });
        void ended.then(() => reject(new Error(`it ended without showing "${text}":\n${err}`)));
      }),
  };
}

export function greenlight(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandEnd> {
  return startGreenlight(cwd, args, env).ended;
}
