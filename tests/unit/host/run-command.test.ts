import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainEnvironment } from '../../../host/run-command.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'greenlight-run-command-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('what programs get tells where things are, and holds no key of anybody', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/root',
    LANG: 'de_DE.UTF-8',
    LC_TIME: 'C',
    TZ: 'Europe/Berlin',
    TMPDIR: '/t',
  };
  const others = {
    GREENLIGHT_SIGNING_KEY: 'x',
    GREENLIGHT_RUN: '/run.json',
    NODE_OPTIONS: '--x',
    GITHUB_TOKEN: 'x',
    KUBECONFIG: '/k',
    HTTPS_PROXY: 'http://user:password@proxy',
    LC: 'x',
    MY_PATH: 'x',
  };
  expect(plainEnvironment({ ...kept, ...others })).toEqual(kept);
});

test.concurrent.each(['SIGTERM', 'SIGKILL'] as const)(
  'a program and what it started end with the process that ran it, by %s',
  async (signal) => {
    const pids = join(home, `${signal}.pids`);
    const module = pathToFileURL(join(import.meta.dirname, '../../../host/run-command.ts')).href;
    const script = join(home, `${signal}.mts`);
    writeFileSync(
      script,
      `import { runCommand } from ${JSON.stringify(module)};
       process.once('SIGTERM', () => process.exit(130));
       await runCommand({
         program: 'sh',
         args: ['-c', 'sleep 600 & echo $$ $! > "$0.new"; mv "$0.new" "$0"; echo started; wait', ${JSON.stringify(pids)}],
         home: ${JSON.stringify(home)},
         env: process.env,
         budgetMs: 600_000,
         onPrint: () => console.log('started'),
       });`,
    );
    const runner = spawn(process.execPath, ['--import', 'tsx', script], {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(runner, 'exit');
    await once(runner.stdout, 'data');
    const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    expect(started).toHaveLength(2);
    runner.kill(signal);
    await exited;
    while (started.some(isRunning)) await pause(10);
  },
);

/** Whether a process does anything: one that has ended may wait for its parent to notice. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // ESRCH, or no such file: it is gone.
    return false;
  }
}
