import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Verdict } from '../../contract/verdict/verdict.ts';
import { type LedgerEntry, openLedger } from '../../safety/ledger.ts';
import type { Arena } from '../hazards/arena.ts';
import { commandEnv, nobodyLeft } from '../hazards/processes.ts';
import { customerProject, startCustomerTarget } from './customers.ts';

/** How and when a run is killed. */
export interface Kill {
  readonly signal: NodeJS.Signals;
  /** The command line alone, or everything in its process group, as a terminal or an init system does it. */
  readonly whom: 'process' | 'group';
  /** Milliseconds after its start. */
  readonly afterMs: number;
}

/** What a killed run left. */
export interface KilledRun {
  /** `finished`: it had ended by itself before the kill. `never-began`: it died before its first statement. */
  readonly end: 'finished' | 'never-began' | 'interrupted' | 'dead';
  readonly decision: Verdict['decision'] | undefined;
  /** What must never be; empty when all is well. */
  readonly violations: readonly string[];
}

/** One project on a target of its own, on which runs are killed one after the other. */
export interface Lane {
  run(nonce: string, kill: Kill | undefined): Promise<KilledRun & { readonly tookMs: number }>;
  /** One run that nobody kills, which must answer GO, and after it nothing of the killed ones may be left. */
  settle(): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** Longer than any run needs to clean up after a signal. */
const LIMIT_MS = 120_000;

export async function openLane(arena: Arena, name: string): Promise<Lane> {
  const directory = mkdtempSync(path.join(arena.directory, `${name}-`));
  const temporary = path.join(directory, 'tmp');
  const target = await startCustomerTarget();
  mkdirSync(temporary);
  for (const [file, text] of Object.entries(customerProject(target.url))) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  const verdictFile = path.join(directory, 'greenlight-report', 'verdict.json');
  const state = path.join(directory, '.greenlight');

  const start = async (nonce: string, kill: Kill | undefined): Promise<Ended> => {
    const begin = Date.now();
    const child = spawn(process.execPath, [arena.greenlight, 'run', '--nonce', nonce], {
      cwd: directory,
      env: { ...commandEnv(), TMPDIR: temporary },
      stdio: 'ignore',
      detached: true,
    });
    const timer = setTimeout(() => send(child, kill), kill?.afterMs ?? LIMIT_MS);
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (...end) => resolve(end));
    });
    clearTimeout(timer);
    clearTimeout(limit);
    await nobodyLeft(directory);
    return { code, signal, tookMs: Date.now() - begin };
  };
  const entries = async (): Promise<readonly LedgerEntry[]> =>
    existsSync(state) ? (await openLedger(state, 'shop')).outstanding() : [];
  const outstanding = async (): Promise<readonly string[]> =>
    (await entries()).map(({ identity }) => identity);

  return {
    async run(nonce, kill) {
      const before = existsSync(verdictFile) ? readFileSync(verdictFile, 'utf8') : undefined;
      const { code, signal, tookMs } = await start(nonce, kill);
      const listed = await outstanding();
      const forgotten = [...target.customers].filter((identity) => !listed.includes(identity));
      const seen = read(verdictFile);
      const violations = forgotten.map((identity) => `${identity} is on the target and not in the ledger`);
      if (signal !== null && before !== undefined && seen.text === before) {
        return { end: 'never-began', decision: undefined, violations, tookMs };
      }
      const { verdict } = seen;
      if (verdict === undefined) violations.push(`the verdict cannot be read: ${seen.problem}`);
      else if (verdict.run.nonce !== nonce) violations.push(`the verdict answers ${verdict.run.nonce}`);
      const decision = verdict?.decision;
      if (decision === 'GO' && code !== 0) violations.push(`GO, and it ended with ${code ?? signal}`);
      if (code === 0 && decision !== 'GO') violations.push(`exit code 0, and the verdict says ${decision}`);
      if (decision === 'NO_GO') violations.push('NO_GO on a healthy target');
      if (code !== null && ![0, 20, 130].includes(code)) violations.push(`exit code ${code}`);
      const end = signal !== null ? 'dead' : code === 130 ? 'interrupted' : 'finished';
      return { end, decision, violations, tookMs };
    },
    async settle() {
      const { code, signal } = await start('settle', undefined);
      const problems = code === 0 ? [] : [`the run after the killed ones ended with ${code ?? signal}`];
      const { verdict } = read(verdictFile);
      if (verdict?.decision !== 'GO') problems.push(`it says ${verdict?.decision}: ${verdict?.reason}`);
      const listed = verdict?.leftovers.map((one) => one.identity) ?? [];
      const unlisted = [...target.customers].filter((identity) => !listed.includes(identity));
      if (unlisted.length > 0)
        problems.push(`test data that the verdict does not list: ${unlisted.join(', ')}`);
      const swept = spawn(process.execPath, [arena.greenlight, 'sweep'], {
        cwd: directory,
        env: { ...commandEnv(), TMPDIR: temporary },
        stdio: 'ignore',
      });
      await new Promise((resolve) => swept.once('exit', resolve));
      if (target.customers.size > 0)
        problems.push(`still on the target after sweep: ${target.customers.size}`);
      // What nobody lived to hear the answer of may still be carried out, and stays for a while, named.
      const left = (await entries())
        .filter(({ request }) => request === 'answered')
        .map(({ identity }) => identity);
      if (left.length > 0) problems.push(`still in the ledger after sweep: ${left.join(', ')}`);
      return [...problems, ...filesLeft(directory, temporary, state)];
    },
    async close() {
      await target.close();
      await nobodyLeft(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function send(child: ChildProcess, kill: Kill | undefined): void {
  if (kill === undefined || child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(kill.whom === 'group' ? -child.pid : child.pid, kill.signal);
  } catch (error) {
    // ESRCH: it ended at this very moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

interface Seen {
  readonly text: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly problem: string;
}

function read(file: string): Seen {
  if (!existsSync(file)) return { text: undefined, verdict: undefined, problem: 'there is none' };
  const text = readFileSync(file, 'utf8');
  try {
    return { text, verdict: Verdict.parse(JSON.parse(text)), problem: '' };
  } catch (error) {
    return { text, verdict: undefined, problem: String(error) };
  }
}

/** Files that no run keeps: those of the run itself, half-written ones, leases, temporary ones of its parts. */
function filesLeft(directory: string, temporary: string, state: string): readonly string[] {
  const runs = path.join(state, 'runs');
  const found = existsSync(runs) ? readdirSync(runs).map((name) => `.greenlight/runs/${name}`) : [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (at.endsWith('.tmp') || (at.includes('/leases/') && !isReleased(at)))
      found.push(path.relative(directory, at));
  }
  // Playwright keeps what it has transpiled, for everybody; that is a cache and not of this run.
  found.push(...readdirSync(temporary).filter((name) => !name.startsWith('playwright-transform-cache')));
  return found.map((file) => `left behind: ${file}`);
}

/** The last file of a lease stays and says that nobody holds it: its number must not be given out again. */
function isReleased(file: string): boolean {
  const lease: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof lease === 'object' && lease !== null && 'holder' in lease && lease.holder === null;
}
