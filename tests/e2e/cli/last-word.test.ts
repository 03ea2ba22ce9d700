import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eachUsually } from '../../long.ts';
import {
  cliProject,
  type CliProject,
  greenlight,
  probe,
  startGreenlight,
  startTarget,
  type Target,
} from '../project.ts';

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  target.answer = () => ({ status: 500, body: 'broken' });
  project = cliProject(target.url, `probes: [${probe('pages-answer')}]`);
});
afterEach(async () => {
  project.remove();
  await target.close();
});

/** Puts code before the plan. */
function inPlan(code: string): void {
  const file = path.join(project.directory, 'greenlight.config.mjs');
  project.write('greenlight.config.mjs', `${code}\n${readFileSync(file, 'utf8')}`);
}

describe('the exit code is ours, whatever a plan does to the process', () => {
  const deeds: [string, string][] = [
    ['sets an exit code', 'process.exitCode = 0;'],
    ['sets one at the end', `process.on('exit', () => { process.exitCode = 0; });`],
    ['ends the process at the end', `process.on('exit', () => { process.exit(0); });`],
    ['replaces the end', `const end = process.exit; process.exit = ((code) => end(code === 10 ? 0 : code));`],
  ];
  const usual = ['sets one at the end', 'ends the process at the end', 'replaces the end'];
  eachUsually(usual, deeds, '%s', async (_name, code) => {
    inPlan(code);
    const end = await greenlight(project.directory, ['run']);
    expect(end.code, end.err).toBe(10);
  });
});

test('a module with signal handlers in the plan does not keep Ctrl-C from cleaning up', async () => {
  inPlan(`process.on('SIGINT', () => process.exit(0));`);
  target.answer = () => ({ status: 200, body: 'slow', delayMs: 60_000 });
  const running = startGreenlight(project.directory, ['run']);
  await running.shows('readiness');
  await new Promise((done) => setTimeout(done, 1500));
  running.child.kill('SIGINT');
  const end = await running.ended;
  expect(end.code, end.err).toBe(130);
  expect(existsSync(path.join(project.directory, 'greenlight-report', 'verdict.json'))).toBe(true);
});

test('a daemon of a global set-up that keeps our pipes keeps no run', async () => {
  project.write(
    'set-up.mjs',
    `import { spawn } from 'node:child_process';
     import { writeFileSync } from 'node:fs';
     export default () => {
       const daemon = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
       writeFileSync('daemon.pid', String(daemon.pid));
       daemon.unref();
     };`,
  );
  const config = readFileSync(path.join(project.directory, 'playwright.config.mjs'), 'utf8');
  project.write(
    'playwright.config.mjs',
    config.replace(
      'export default defineGreenlightPlaywright(plan)',
      `export default { ...defineGreenlightPlaywright(plan), globalSetup: './set-up.mjs' }`,
    ),
  );
  const end = await greenlight(project.directory, ['run']);
  process.kill(Number(readFileSync(path.join(project.directory, 'daemon.pid'), 'utf8')), 'SIGKILL');
  expect(end.code, end.err).toBe(10);
});
