import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Verdict } from '../../contract/verdict.ts';
import { startTarget, type Target } from '../e2e/project.ts';
import type { Arena } from './arena.ts';
import { type Hazard, HOME, total } from './hazard.ts';
import { commandEnv, nobodyLeft } from './processes.ts';

/** What came of one command. */
export interface PlaywrightAnswer {
  readonly exit: number | NodeJS.Signals;
  readonly ran: number;
}
export interface GreenlightAnswer {
  readonly exit: number | NodeJS.Signals;
  readonly decision: Verdict['decision'];
  /** All reasons of the verdict, without what differs from run to run. */
  readonly reasons: readonly string[];
}

const NONCE = 'asked-by-the-test';
/** Far more than any of them needs: one that hangs must not hang the suite. */
const LIMIT_MS = 150_000;
/** Gives the project of a hazard to `playwright test` alone. */
export async function tryPlaywright(arena: Arena, hazard: Hazard): Promise<PlaywrightAnswer | null> {
  const args = hazard.playwrightArgs ?? [];
  if (hazard.playwrightArgs === null) return null;
  return withProject(arena, hazard, plainFiles(hazard), async (directory, target) => {
    const exit = await command(directory, target, hazard, [arena.playwright, 'test', ...args]);
    return { exit, ran: ranOf(target) };
  });
}

/** Gives it to `greenlight run`, in a place where the GO of an earlier run lies. */
export async function tryGreenlight(arena: Arena, hazard: Hazard): Promise<GreenlightAnswer> {
  return withProject(arena, hazard, greenlightFiles(hazard), async (directory, target) => {
    const undo = hazard.prepare?.(directory);
    try {
      const file = path.join(directory, 'greenlight-report', 'verdict.json');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '{"decision":"GO","run":{"nonce":"earlier"}}');
      const args = [arena.greenlight, 'run', '--nonce', NONCE, ...(hazard.greenlightArgs ?? [])];
      const exit = await command(directory, target, hazard, args);
      const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (verdict.run.nonce !== NONCE) throw new Error(`${hazard.id}: the verdict answers another question`);
      const told = verdict.reasons.length === 0 ? [verdict.reason] : verdict.reasons;
      return { exit, decision: verdict.decision, reasons: told.map((text) => plain(text, directory)) };
    } finally {
      undo?.();
    }
  });
}

async function withProject<T>(
  arena: Arena,
  hazard: Hazard,
  files: Readonly<Record<string, string>>,
  use: (directory: string, target: Target) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(path.join(arena.directory, `${hazard.id}-`));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  const target = await startTarget();
  answerAs(target, hazard.target ?? 'healthy');
  if (hazard.target === 'down') await target.close();
  try {
    return await use(directory, target);
  } finally {
    if (hazard.target !== 'down') await target.close();
    await nobodyLeft(directory);
    rmSync(directory, { recursive: true, force: true });
  }
}

function answerAs(target: Target, state: NonNullable<Hazard['target']>): void {
  let asked = 0;
  target.answer = (at) => {
    if (at === '/slow') return { status: 200, body: 'late', delayMs: LIMIT_MS };
    if (at !== '/total') return { status: 200, body: 'hello' };
    asked += 1;
    const right = state === 'healthy' || (state === 'recovering' && asked > 1);
    return { status: 200, body: JSON.stringify({ total: right ? 10 : 0 }) };
  };
}

function ranOf({ requests }: Target): number {
  return ['GET /home', 'GET /total'].filter((request) => requests.includes(request)).length;
}

function specs(hazard: Hazard, imports: string, own: string): Record<string, string> {
  const prelude = `${imports}
const url = (at: string) => process.env.TARGET_URL + at;
const total = async (request: any) => (await (await request.get(url('/total'))).json()).total;
void url, total, check, test, expect;
`;
  const files = { 'own.spec.mts': own, ...hazard.files };
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      `specs/${name}`,
      name.endsWith('.spec.mts') ? `${prelude}${text}` : text,
    ]),
  );
}

function plainFiles(hazard: Hazard): Record<string, string> {
  const reporter = hazard.reporter === undefined ? '' : `, ['./${hazard.reporter}']`;
  return {
    'package.json': '{ "type": "module" }',
    'playwright.config.mts': `import { defineConfig } from '@playwright/test';
${hazard.configPrelude ?? ''}
export default defineConfig({ testDir: 'specs', workers: 1, reporter: [['line']${reporter}],
  ${hazard.plainConfig ?? hazard.config ?? ''} });`,
    ...specs(
      hazard,
      `import { expect, test } from '@playwright/test';
const check = (id: string, body: Parameters<typeof test>[2]) => test(id, body);`,
      hazard.plainSpec ?? hazard.spec ?? `${HOME} ${total()}`,
    ),
  };
}

function greenlightFiles(hazard: Hazard): Record<string, string> {
  const reporter = hazard.reporter === undefined ? '' : `reporters: [['./${hazard.reporter}']]`;
  const checks = ['home-answers', 'total-is-right'].map((id) => `{ id: '${id}', title: '${id}' }`);
  return {
    'package.json': '{ "type": "module" }',
    'greenlight.config.mts':
      hazard.planFile ??
      `import { defineConfig, secret } from 'greenlight';
void secret;
export default defineConfig({
  target: { name: 'shop', urls: { app: process.env.TARGET_URL! }, ${hazard.planTarget ?? ''} },
  checks: [${checks.join(', ')}], workers: 1, ${hazard.plan ?? ''} });`,
    'playwright.config.mts': `import { defineGreenlightPlaywright } from 'greenlight/playwright';
import plan from './greenlight.config.mts';
${hazard.configPrelude ?? ''}
export default { ...defineGreenlightPlaywright(plan, { testDir: 'specs', ${reporter} }), ${hazard.config ?? ''} };`,
    'specs/readiness.spec.mts': `import { defineReadiness } from 'greenlight/test';
import plan from '../greenlight.config.mts';
defineReadiness(plan);`,
    ...specs(
      hazard,
      `import { check, expect, test } from 'greenlight/test';`,
      hazard.spec ?? `${HOME} ${total()}`,
    ),
  };
}

/** Runs one command; its exit code, or the signal that ended it. */
async function command(
  directory: string,
  target: Target,
  hazard: Hazard,
  args: readonly string[],
): Promise<number | NodeJS.Signals> {
  const env = commandEnv();
  env['TARGET_URL'] = target.url;
  for (const [name, value] of Object.entries(hazard.env ?? {})) {
    env[name] = value.replace('{project}', directory);
  }
  const child = spawn(process.execPath, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const watch = setInterval(() => {
    if (hazard.signal === undefined || !target.requests.includes('GET /slow')) return;
    clearInterval(watch);
    child.kill(hazard.signal);
  }, 50);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const end = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  clearInterval(watch);
  clearTimeout(limit);
  if (process.env['HAZARD_OUTPUT'] === '1')
    process.stderr.write(`${hazard.id} ended with ${end}:\n${output}\n`);
  return end;
}

/** Without what differs between machines and runs: the same page from every one of them. */
function plain(text: string, directory: string): string {
  return text
    .replace(/\n\s+at .*/g, '')
    .replaceAll(directory, '.')
    .replace(/\/runs\/[0-9a-f]{10}-[0-9a-f]+/g, '/runs/<id>')
    .replace(/127\.0\.0\.1:\d{4,}/g, '127.0.0.1')
    .replace(/\/\S*\/node_modules\//g, 'node_modules/')
    .replace(/\s+/g, ' ');
}
