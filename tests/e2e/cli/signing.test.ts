import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliProject, cliProject, greenlight, probe, startTarget, type Target } from '../project.ts';

const COMMIT = '3f2c1ab'.padEnd(40, '0');
let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  target.answer = answersAs('2.4.0');
  project = cliProject(
    target.url,
    `probes: [${probe('pages-answer')}],
     ...{ target: { name: 'shop', urls: { app: '${target.url}' },
       release: { path: '/release', id: 'id', commit: 'commit' } } }`,
  );
  await greenlight(project.directory, ['keygen', '--out', 'gate']);
});
afterEach(async () => {
  project.remove();
  await target.close();
});

function answersAs(id: string): Target['answer'] {
  return (at) => ({
    status: 200,
    body: at === '/release' ? JSON.stringify({ id, commit: COMMIT }) : 'hello',
  });
}

const inReport = (name: string): string => path.join(project.directory, 'greenlight-report', name);

test('a run signs with the key of the environment, which nothing that it starts can see', async () => {
  const key = readFileSync(path.join(project.directory, 'gate.key.pem'), 'utf8');
  project.write(
    'greenlight/readiness.spec.mts',
    `import { writeFileSync } from 'node:fs';
     import { defineReadiness } from '${path.resolve(import.meta.dirname, '../../..')}/dist/scripts/test-entry.js';
     import plan from '../greenlight.config.mts';
     writeFileSync('seen.txt', String(process.env.GREENLIGHT_SIGNING_KEY));
     defineReadiness(plan);`,
  );
  const run = await greenlight(project.directory, ['run', '--nonce', 'deploy-7'], {
    GREENLIGHT_SIGNING_KEY: key,
  });
  expect(run.code, run.err).toBe(0);
  // What runs against the target must not be able to sign for it.
  expect(readFileSync(path.join(project.directory, 'seen.txt'), 'utf8')).toBe('undefined');

  // Nobody asked for a release, so nothing was signed about one.
  const question = [
    'verify',
    'greenlight-report/verdict.dsse.json',
    '--key',
    'gate.pub.pem',
    '--target',
    'shop',
  ];
  const refused = await greenlight(project.directory, [
    ...question,
    '--nonce',
    'deploy-8',
    '--commit',
    COMMIT,
  ]);
  expect(refused.code, refused.err).toBe(20);
  expect(refused.out).toContain('other-nonce: It is about the nonce deploy-7, and deploy-8 is asked for.');
  expect(refused.out).toContain('other-commit: It names no commit');

  // A run that is refused, or ends otherwise, takes the old proof away.
  const usage = await greenlight(project.directory, [
    'run',
    '--config',
    'nowhere.mts',
    '--sign-key',
    'gate.key.pem',
  ]);
  expect(usage.code).toBe(64);
  expect(existsSync(inReport('verdict.dsse.json'))).toBe(false);
});

test('a run on the wanted release is accepted; the next one, which fails, leaves nothing to accept', async () => {
  const order = [
    'run',
    '--nonce',
    'deploy-7',
    '--release',
    '2.4.0',
    '--commit',
    COMMIT,
    '--sign-key',
    'gate.key.pem',
  ];
  const run = await greenlight(project.directory, order);
  expect(run.code, run.err + run.out).toBe(0);
  const question = [
    ...['verify', 'greenlight-report/verdict.dsse.json', '--key', 'gate.pub.pem', '--target', 'shop'],
    ...['--nonce', 'deploy-7', '--commit', COMMIT, '--max-age', '10'],
  ];
  const accepted = await greenlight(project.directory, question);
  expect(accepted.code, accepted.out).toBe(0);

  target.answer = (at) => ({ status: 500, body: at });
  expect((await greenlight(project.directory, order)).code).toBe(10);
  for (const name of ['verdict.dsse.json', 'verdict.sigstore.json', 'sign-offs']) {
    expect(existsSync(inReport(name))).toBe(false);
  }
  const gone = await greenlight(project.directory, question);
  expect(gone.code).toBe(20);
  expect(gone.out).toContain('not-go: The verdict beside it is NO_GO');
});
