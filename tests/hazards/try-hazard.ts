import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Verdict } from '../../contract/verdict/verdict.ts';
import { startTarget, type Target } from '../e2e/project.ts';
import type { Arena } from './arena.ts';
import { openDatabases } from './databases.ts';
import type { Hazard } from './hazard.ts';
import { commandEnv, freeze, nobodyLeft } from './processes.ts';
import { greenlightFiles, plainFiles } from './project-files.ts';

/** What came of one command. */
export interface PlaywrightAnswer {
  readonly exit: number | NodeJS.Signals;
  readonly ran: number;
}
export interface GreenlightAnswer {
  readonly exit: number | NodeJS.Signals;
  readonly decision: Verdict['decision'] | null;
  /** All reasons of the verdict, or what the command printed, without what differs from run to run. */
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
    const { exit } = await command(directory, target, hazard, [arena.playwright, 'test', ...args]);
    return { exit, ran: ranOf(target) };
  });
}

/** Gives it to `greenlight run`, in a place where the GO of an earlier run lies. */
export async function tryGreenlight(arena: Arena, hazard: Hazard): Promise<GreenlightAnswer> {
  return withProject(arena, hazard, greenlightFiles(hazard), async (directory, target) => {
    const undo = hazard.prepare?.(directory);
    const databases = hazard.databases && (await openDatabases(hazard.id, hazard.databases));
    try {
      const file = path.join(directory, 'greenlight-report', 'verdict.json');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '{"decision":"GO","run":{"nonce":"earlier"}}');
      const given = { ...hazard, env: { ...hazard.env, ...databases?.env } };
      const args = [arena.greenlight, 'run', '--nonce', NONCE, ...(hazard.greenlightArgs ?? [])];
      let end = await command(directory, target, given, args);
      if (hazard.then !== undefined) {
        hazard.then.change(directory);
        end = await command(directory, target, given, [arena.greenlight, ...hazard.then.args]);
      }
      if (hazard.never !== undefined && target.requests.some((one) => one.startsWith(`${hazard.never} `))) {
        throw new Error(`${hazard.id}: the target was asked with ${hazard.never}`);
      }
      const told = hazard.expected.greenlight.decision === null ? printed(end) : judged(hazard, end, file);
      return { ...told, reasons: told.reasons.map((text) => plain(text, directory)) };
    } finally {
      await databases?.close();
      undo?.();
    }
  });
}

function judged(hazard: Hazard, { exit }: CommandEnd, file: string): GreenlightAnswer {
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (verdict.run.nonce !== NONCE) throw new Error(`${hazard.id}: the verdict answers another question`);
  const reasons = verdict.reasons.length === 0 ? [verdict.reason] : verdict.reasons;
  return { exit, decision: verdict.decision, reasons };
}

/** Where a command makes no verdict, what it says is all there is. */
function printed({ exit, output }: CommandEnd): GreenlightAnswer {
  return { exit, decision: null, reasons: output.split(/\n(?=\S)/).filter((line) => line.trim() !== '') };
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
  answerAs(target, hazard);
  if (hazard.target === 'down') await target.close();
  try {
    return await use(directory, target);
  } finally {
    if (hazard.target !== 'down') await target.close();
    await nobodyLeft(directory);
    rmSync(directory, { recursive: true, force: true });
  }
}

function answerAs(target: Target, { target: state = 'healthy', serve }: Hazard): void {
  const asked = new Map<string, number>();
  target.answer = (at) => {
    const times = (asked.get(at) ?? 0) + 1;
    asked.set(at, times);
    const served = serve?.(at, times);
    if (served !== undefined) return served;
    if (at === '/slow') return { status: 200, body: 'late', delayMs: LIMIT_MS };
    if (at !== '/total') return { status: 200, body: 'hello' };
    const right = state === 'healthy' || (state === 'recovering' && times > 1);
    return { status: 200, body: JSON.stringify({ total: right ? 10 : 0 }) };
  };
}

function ranOf({ requests }: Target): number {
  return ['GET /home', 'GET /total'].filter((request) => requests.includes(request)).length;
}

interface CommandEnd {
  /** The exit code, or the signal that ended it. */
  readonly exit: number | NodeJS.Signals;
  readonly output: string;
}

/** Runs one command to its end. */
async function command(
  directory: string,
  target: Target,
  hazard: Hazard,
  args: readonly string[],
): Promise<CommandEnd> {
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
    if (hazard.signal === 'SIGSTOP') freeze(directory);
    else child.kill(hazard.signal);
  }, 50);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const exit = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  clearInterval(watch);
  clearTimeout(limit);
  if (process.env['HAZARD_OUTPUT'] === '1')
    process.stderr.write(`${hazard.id} ended with ${exit}:\n${output}\n`);
  return { exit, output };
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
