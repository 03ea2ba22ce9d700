import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DIST } from '../../installed.ts';
import { eachUsually } from '../../long.ts';
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

/** What a test can see of itself and of the Playwright that started it: environment, command line, open files. */
const LOOK = `import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
const seen = {};
for (const pid of [process.pid, process.ppid]) {
  const open = readdirSync('/proc/' + pid + '/fd').map((fd) => {
    try { return readlinkSync('/proc/' + pid + '/fd/' + fd); } catch { return ''; }
  });
  seen[pid === process.pid ? 'worker' : 'runner'] = {
    environ: readFileSync('/proc/' + pid + '/environ', 'utf8'),
    argv: readFileSync('/proc/' + pid + '/cmdline', 'utf8'),
    open,
  };
}
writeFileSync('seen.json', JSON.stringify(seen) + JSON.stringify(process.env) + JSON.stringify(process.argv));
`;

const KEYS: [string, (pem: string) => readonly [readonly string[], Readonly<Record<string, string>>]][] = [
  ['the environment as PEM', (pem) => [[], { GREENLIGHT_SIGNING_KEY: pem }]],
  ['the environment as a file', () => [[], { GREENLIGHT_SIGNING_KEY: 'gate.key.pem' }]],
  ['the command line', () => [['--sign-key', 'gate.key.pem'], {}]],
];
const SIGNS = 'a run signs with a key of %s, which nothing that it starts is given';
eachUsually(['the environment as PEM'], KEYS, SIGNS, async (_name, given) => {
  const key = readFileSync(path.join(project.directory, 'gate.key.pem'), 'utf8');
  project.write(
    'greenlight/readiness.spec.mjs',
    `${LOOK}
     import { defineReadiness } from '${DIST}/run/test-entry.js';
     import plan from '../greenlight.config.mjs';
     defineReadiness(plan);`,
  );
  // The plan is code of others as well, in our own process.
  const plan = path.join(project.directory, 'greenlight.config.mjs');
  const code = readFileSync(plan, 'utf8');
  project.write(
    'greenlight.config.mjs',
    `import { appendFileSync } from 'node:fs';
     appendFileSync(new URL('./plan-saw.txt', import.meta.url), String(process.env.GREENLIGHT_SIGNING_KEY) + ' ');
     ${code}`,
  );
  const [args, env] = given(key);
  const run = await greenlight(project.directory, ['run', '--nonce', 'deploy-7', ...args], env);
  expect(run.code, run.err).toBe(0);
  const seen = readFileSync(path.join(project.directory, 'seen.json'), 'utf8');
  expect(seen).toContain('runner');
  // What runs against the target must not be able to sign for it.
  for (const part of ['PRIVATE KEY', 'gate.key.pem', 'GREENLIGHT_SIGNING_KEY', key.split('\n')[1] ?? '?'])
    expect(seen).not.toContain(part);
  const planSaw = readFileSync(path.join(project.directory, 'plan-saw.txt'), 'utf8');
  expect(planSaw).toMatch(/^(?:undefined )+$/);
  expect(existsSync(inReport('evidence.seal.json'))).toBe(true);
  const judged = await greenlight(project.directory, [
    ...['judge', 'greenlight-report/evidence.json', '--key', 'gate.pub.pem'],
  ]);
  expect(judged.code, judged.err).toBe(0);
});

test('a proof of another question is refused, and a run that is refused leaves none', async () => {
  const run = await greenlight(project.directory, [
    ...['run', '--nonce', 'deploy-7', '--sign-key', 'gate.key.pem'],
  ]);
  expect(run.code, run.err).toBe(0);
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
    'nowhere.mjs',
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
