import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { eachUsually } from '../../long.ts';
import {
  type CliProject,
  cliProject,
  greenlight,
  probe,
  type RunningCommand,
  startGreenlight,
  startTarget,
  type Target,
} from '../project.ts';

let target: Target;
let project: CliProject;
let running: RunningCommand | undefined;

beforeEach(async () => {
  target = await startTarget();
  project = cliProject(
    target.url,
    `probes: [${probe('pages-answer')}],
     flows: [flow('home-answers', { title: 'Home answers' })
       .request('open', { request: () => ({ method: 'GET', path: '/home' }), budgetMs: 60_000 })]`,
  );
  project.write('greenlight-report/verdict.json', '{"decision":"GO"}');
});
afterEach(async () => {
  running?.child.kill('SIGKILL');
  running = undefined;
  await target.close();
  project.remove();
});

/** Starts a run and waits until a check is in the middle of its request. */
async function startAndWaitForRequest(): Promise<RunningCommand> {
  const asked = new Promise<void>((resolve) => {
    target.answer = (at) => {
      if (at !== '/home') return { status: 200, body: 'ok' };
      resolve();
      return { status: 200, body: 'ok', delayMs: 50_000 };
    };
  });
  running = startGreenlight(project.directory, ['run']);
  await asked;
  return running;
}

function verdict(): Verdict {
  const file = path.join(project.directory, 'greenlight-report', 'verdict.json');
  return Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Ids of processes that work in the project: Playwright and its workers do. */
function processesInProject(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(project.directory);
    } catch {
      return false;
    }
  });
}

async function noProcessLeft(): Promise<void> {
  while (processesInProject().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

function runDirectories(): readonly string[] {
  const runs = path.join(project.directory, '.greenlight', 'runs');
  return existsSync(runs) ? readdirSync(runs) : [];
}

describe('a run that is stopped', () => {
  eachUsually<[NodeJS.Signals]>(
    ['SIGINT', 'SIGTERM'],
    [['SIGINT'], ['SIGTERM'], ['SIGHUP']],
    'by %s ends with 130, INCONCLUSIVE, and nothing left behind',
    async (signal) => {
      const { child, ended } = await startAndWaitForRequest();
      child.kill(signal);
      const end = await ended;
      expect(end.code, end.err).toBe(130);
      expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
      expect(verdict().faults.map((fault) => fault.kind)).toContain('interrupted');
      expect(runDirectories()).toEqual([]);
      await noProcessLeft();
    },
  );

  test('by kill -9 leaves no GO and no process, and the next run works', async () => {
    const { child, ended } = await startAndWaitForRequest();
    child.kill('SIGKILL');
    await ended;
    expect(verdict()).toMatchObject({ decision: 'INCONCLUSIVE' });
    await noProcessLeft();
    target.answer = () => ({ status: 200, body: 'ok' });
    const next = await greenlight(project.directory, ['run']);
    expect(next.code, next.err).toBe(0);
    expect(runDirectories()).toEqual([]);
  });

  test('by its deadline is INCONCLUSIVE and says so', async () => {
    const config = path.join(project.directory, 'greenlight.config.mjs');
    writeFileSync(config, readFileSync(config, 'utf8').replace('probes:', 'deadlineMinutes: 0.1, probes:'));
    target.answer = () => ({ status: 200, body: 'late', delayMs: 50_000 });
    const end = await greenlight(project.directory, ['run']);
    expect(end.code, end.err).toBe(20);
    expect(verdict().faults.map((fault) => fault.kind)).toContain('deadline');
    await noProcessLeft();
  });
});

test('a second run on the same target answers INCONCLUSIVE at once and leaves the first alone', async () => {
  const first = await startAndWaitForRequest();
  const second = await greenlight(project.directory, ['run', '--phase', 'synthetic', '--output', 'second']);
  expect(second.code, second.err).toBe(20);
  expect(second.out).toContain('LEASE_HELD');
  const report = path.join(project.directory, 'greenlight-report/verdict.json');
  const before = readFileSync(report, 'utf8');
  for (const wrong of [[], ['--config', 'nowhere.mjs'], ['--nope']]) {
    const third = await greenlight(project.directory, ['run', '--nonce', 'third', ...wrong]);
    expect(third.code).toBe(wrong[0] === '--nope' ? 64 : 20);
    expect(third.err).toContain('REPORT_IN_USE');
    expect(readFileSync(report, 'utf8')).toBe(before);
  }
  expect(first.child.exitCode).toBeNull();
  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(130);
  expect(readdirSync(path.join(project.directory, 'greenlight-report'))).not.toContain('in-use.json');
});

describe('a report that cannot be written', () => {
  test('is INCONCLUSIVE with 20, never 1', async () => {
    // A file where a directory should be.
    writeFileSync(path.join(project.directory, 'occupied'), '');
    const end = await greenlight(project.directory, ['run', '--output', 'occupied/report']);
    expect(end.code, end.err).toBe(20);
    expect(end.err).toContain('REPORT_UNWRITABLE');
    expect(target.requests).toEqual([]);
  });

  // Only root can mount, and not in every container.
  test.skipIf(!canMount())('on a full disk is INCONCLUSIVE with 20 and leaves no GO', async () => {
    const disk = path.join(project.directory, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      writeFileSync(path.join(disk, 'verdict.json'), '{"decision":"GO"}');
      try {
        writeFileSync(path.join(disk, 'filler'), Buffer.alloc(128 * 1024));
      } catch {
        // That is the point: it is full now.
      }
      const end = await greenlight(project.directory, ['run', '--output', disk]);
      expect(end.code, end.err).toBe(20);
      const file = path.join(disk, 'verdict.json');
      expect(existsSync(file) ? readFileSync(file, 'utf8') : '').not.toContain('"GO"');
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
