import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DIST } from '../../installed.ts';
import {
  type CliProject,
  cliProject,
  greenlight,
  startGreenlight,
  startTarget,
  type Target,
} from '../project.ts';

const ENTRY = path.join(DIST, 'run/test-entry.js');
/** What no redactor could know, in a file that Playwright keeps of a test. */
const TOLD = 'told-by-the-target';

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  project = cliProject(target.url, `checks: [{ id: 'home-is-kept', title: 'Home is kept' }]`);
  project.write(
    'greenlight/own.spec.mjs',
    `import { writeFileSync } from 'node:fs';
     import { check, expect } from '${ENTRY}';
     check('home-is-kept', async ({ request }, testInfo) => {
       writeFileSync(testInfo.outputPath('seen.txt'), '${TOLD}');
       expect((await request.get('${target.url}/slow', { timeout: 0 })).status()).toBe(200);
     });`,
  );
});
afterEach(async () => {
  await target.close();
  project.remove();
});

function filesBelow(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
const holders = (directory: string): readonly string[] =>
  filesBelow(directory).filter((file) => readFileSync(file, 'utf8').includes(TOLD));
const report = (): string => path.join(project.directory, 'greenlight-report');
const runs = (): string => path.join(project.directory, '.greenlight', 'runs');

test('a run that is killed leaves what its tests wrote to its owner alone, and the next run removes it', async () => {
  const asked = new Promise<void>((resolve) => {
    target.answer = (at) => {
      if (at === '/slow') resolve();
      return { status: 200, body: 'ok', delayMs: at === '/slow' ? 30_000 : 0 };
    };
  });
  const running = startGreenlight(project.directory, ['run']);
  await asked;
  running.child.kill('SIGKILL');
  await running.ended;
  expect(holders(report())).toEqual([]);
  expect(holders(runs())).not.toEqual([]);
  for (const name of readdirSync(runs())) expect(statSync(path.join(runs(), name)).mode & 0o077).toBe(0);

  target.answer = () => ({ status: 200, body: 'ok' });
  expect((await greenlight(project.directory, ['run'])).code).toBe(0);
  expect(holders(runs())).toEqual([]);
});

test('a run that ends hands them over to its report', async () => {
  expect((await greenlight(project.directory, ['run'])).code).toBe(0);
  expect(holders(report()).map((file) => path.basename(file))).toEqual(['seen.txt']);
  expect(filesBelow(runs())).toEqual([]);
});
