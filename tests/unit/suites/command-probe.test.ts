import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { equal } from '../../../contract/flow/statement.ts';
import { Probe, type ProbeInput } from '../../../contract/plan/probe.ts';
import { createRedactor } from '../../../safety/redactor.ts';
import { probeCommand } from '../../../suites/probes/command-probe.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';

type Over = Partial<Extract<ProbeInput, { kind: 'command' }>>;

const SECRET = 'correct-horse-battery';
const env = {
  PATH: process.env['PATH'],
  HOME: '/home/somebody',
  LANG: 'C.UTF-8',
  GREENLIGHT_SIGNING_KEY: 'the key that signs',
  AWS_SESSION_TOKEN: 'of the machine',
  TOKEN_OF_PLAN: SECRET,
};

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'greenlight-command-'));
  mkdirSync(join(home, 'inner'));
  writeFileSync(join(home, 'plain.sh'), '#!/bin/sh\necho from a file\n');
  writeFileSync(join(home, 'verify.sh'), '#!/bin/sh\npwd\n');
  chmodSync(join(home, 'verify.sh'), 0o755);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(over: Over): Promise<Finding> {
  const probe = Probe.parse({ kind: 'command', id: 'it-holds', title: 'x', program: 'sh', ...over });
  const redactor = createRedactor({ env, values: [SECRET] });
  return probeFinding('it-holds', () =>
    probeCommand(probe as Extract<Probe, { kind: 'command' }>, { home, env, redactor }),
  );
}

const shell = (script: string, over: Over = {}): Promise<Finding> => run({ args: ['-c', script], ...over });

const printed = ({ detail }: Finding): readonly string[] =>
  detail?.kind === 'probe' ? (detail.output ?? []) : [];

const Replicas = z.object({ ready: z.number() });
const threeReady: Over = {
  schema: Replicas,
  expect: ({ body }) => [equal('ready', (body as z.infer<typeof Replicas>).ready, 3)],
};

describe('a command', () => {
  test.concurrent.each<[string, string, Over, Finding['outcome'], string | undefined]>([
    ['ends well', 'true', {}, 'pass', undefined],
    ['ends otherwise', 'echo 2 replicas are missing >&2; exit 1', {}, 'fail', 'exit-code'],
    ['ends well with another code', 'exit 3', { exitCode: [0, 3] }, 'pass', undefined],
    ['ends with 0 and should not', 'true', { exitCode: 1 }, 'fail', 'exit-code'],
    ['prints what it must', 'echo rolled out', { contains: ['rolled out'] }, 'pass', undefined],
    ['prints it to standard error', 'echo rolled out >&2', { contains: ['rolled out'] }, 'pass', undefined],
    ['prints half of it', 'echo rolled', { contains: ['rolled', 'out'] }, 'fail', 'output'],
    ['prints a line that matches', 'echo a; echo ready 3', { matches: '^ready \\d$' }, 'pass', undefined],
    ['prints none that matches', 'echo not ready 3', { matches: '^ready \\d$' }, 'fail', 'output'],
    ['prints the right JSON', `echo '{"ready":3}'`, threeReady, 'pass', undefined],
    ['prints another number', `echo '{"ready":2}'`, threeReady, 'fail', 'comparison'],
    ['prints JSON of another shape', `echo '{"ready":"no"}'`, threeReady, 'fail', 'shape'],
    ['prints no JSON', 'echo three are ready', threeReady, 'unknown', 'output-not-json'],
    ['warns, and prints the right JSON', `echo old >&2; echo '{"ready":3}'`, threeReady, 'pass', undefined],
    [
      'is asked by a function that throws',
      'echo null',
      { expect: ({ body }) => [equal('x', (body as { x: number }).x, 1)] },
      'unknown',
      'expect-threw',
    ],
    ['is asked by one that compares nothing', 'echo 1', { expect: () => [] }, 'unknown', 'expect-threw'],
    // What nobody can decide.
    ['calls what is not there', 'no-such-program-anywhere', {}, 'unknown', 'command-not-run'],
    ['is killed', 'kill -9 $$', {}, 'unknown', 'command-killed'],
    ['tells that what it ran was killed', 'exit 137', {}, 'unknown', 'command-killed'],
    ['means 137 as well', 'exit 137', { exitCode: 137 }, 'pass', undefined],
    ['ends as one that cannot tell', 'exit 7', { unknownExitCodes: [7] }, 'unknown', 'command-unclear'],
    [
      'says that it cannot tell',
      'echo quota exceeded; exit 1',
      { unknownWhen: '^quota' },
      'unknown',
      'command-unclear',
    ],
    ['says so and ends well', 'echo quota exceeded', { unknownWhen: '^quota' }, 'pass', undefined],
    [
      'cannot reach its server',
      'echo "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout" >&2; exit 1',
      {},
      'unknown',
      'command-could-not-ask',
    ],
    [
      'meets a code of the system',
      'echo Error: ECONNREFUSED; exit 1',
      {},
      'unknown',
      'command-could-not-ask',
    ],
    [
      'is not let in',
      'echo "error: You must be logged in to the server (Unauthorized)" >&2; exit 1',
      {},
      'unknown',
      'command-could-not-ask',
    ],
    [
      'asks a cluster that nobody named',
      'echo "The connection to the server localhost:8080 was refused - did you specify the right host or port?" >&2; exit 1',
      {},
      'unknown',
      'command-could-not-ask',
    ],
    [
      'meets a proxy that inspects',
      'echo "Error: unable to get local issuer certificate" >&2; exit 1',
      {},
      'unknown',
      'command-could-not-ask',
    ],
    [
      'has no credentials',
      'echo Unable to locate credentials; exit 1',
      {},
      'unknown',
      'command-could-not-ask',
    ],
  ])('that %s', async (_, script, over, outcome, cause) => {
    const finding = await shell(script, over);
    expect(finding).toMatchObject({ outcome });
    expect(finding.cause).toBe(cause);
    if (outcome === 'unknown') expect(finding.remedy).toMatch(/\w/);
  });

  test.concurrent('says in its summary how it ended, and shows what it printed', async () => {
    const finding = await shell('echo first; echo 2 replicas are missing; exit 4');
    expect(finding).toMatchObject({ measured: 4, expected: 0 });
    expect(finding.summary).toBe('sh ended with exit code 4: 2 replicas are missing');
    expect(printed(finding)).toEqual(['first', '2 replicas are missing']);
  });

  test.concurrent('that is not there, not executable, or has no folder to run in', async () => {
    const [missing, plain, nowhere, folder] = await Promise.all([
      run({ program: 'no-such-program-anywhere' }),
      run({ program: './plain.sh' }),
      run({ program: './verify.sh', cwd: 'gone' }),
      run({ program: './inner' }),
    ]);
    expect(missing).toMatchObject({ outcome: 'unknown', cause: 'command-missing' });
    expect(plain).toMatchObject({ outcome: 'unknown', cause: 'command-not-executable' });
    expect(nowhere).toMatchObject({ outcome: 'unknown', cause: 'command-no-folder' });
    expect(folder).toMatchObject({ outcome: 'unknown', cause: 'command-missing' });
  });

  test.concurrent('is found from the folder of the plan, and runs where the plan says', async () => {
    expect(await run({ program: './verify.sh', cwd: 'inner', matches: '/inner$' })).toMatchObject({
      outcome: 'pass',
    });
  });

  test.concurrent('gets its arguments as they are, whatever a shell would make of them', async () => {
    const argument = '$HOME; echo `id` && *';
    expect(await run({ program: 'printf', args: ['%s', argument], contains: [argument] })).toMatchObject({
      outcome: 'pass',
    });
  });

  test.concurrent('has nothing to read, and does not wait for it', async () => {
    expect(await shell('cat; echo read', { contains: ['read'] })).toMatchObject({ outcome: 'pass' });
  });

  test.concurrent('gets only what the plan names, and what is no secret', async () => {
    const finding = await run({ program: 'env', env: { MINE: { secret: 'TOKEN_OF_PLAN' }, MODE: 'quick' } });
    const names = printed(finding).map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['HOME', 'LANG', 'MINE', 'MODE', 'PATH']);
    expect(printed(finding)).toContain('MINE=[redacted]');
  });

  test.concurrent('that prints a lot shows its first and last lines', async () => {
    const lines = printed(await shell('i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; done'));
    expect(lines).toHaveLength(41);
    expect([lines[0], lines[9], lines[10], lines[11], lines[40]]).toEqual([
      'line 1',
      'line 10',
      '… 460 lines left out …',
      'line 471',
      'line 500',
    ]);
  });

  test.concurrent('shows no secret, also where a long line is cut in the midst of one', async () => {
    const finding = await shell(`printf '%0295d' 0; echo ${SECRET}; exit 1`);
    expect(JSON.stringify(finding)).not.toContain(SECRET.slice(0, 5));
  });

  test.concurrent.each([
    ['when its time is over', 'sleep 600 & echo $! > late.pid; wait', { budgetMs: 400 }, 'late.pid'],
    ['when it ends', 'sleep 600 & echo $! > left.pid', {}, 'left.pid'],
  ])('is ended with all that it started %s', async (_, script, over, pidFile) => {
    const finding = await shell(script, over);
    if ('budgetMs' in over) expect(finding).toMatchObject({ outcome: 'unknown', cause: 'command-late' });
    else expect(finding).toMatchObject({ outcome: 'pass' });
    const pid = Number(readFileSync(join(home, pidFile), 'utf8'));
    while (isRunning(pid)) await pause(10);
  });
});

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

describe('a command that is a test suite', () => {
  const ctrf = (statuses: readonly string[], start = Date.now()): string =>
    JSON.stringify({
      results: {
        tool: { name: 'x' },
        summary: { tests: statuses.length, start },
        tests: statuses.map((status, at) => ({ name: `test ${at}`, status, duration: 1 })),
      },
    });
  const suite = (file: string, content: string | undefined, over: Over = {}, code = 0): Promise<Finding> =>
    run({
      args: [
        '-c',
        content === undefined ? `exit ${code}` : `printf '%s' "$0" > ${file}; exit ${code}`,
        content ?? '',
      ],
      report: { format: 'ctrf', file },
      ...over,
    });

  test.concurrent.each<[string, string | undefined, number, Finding['outcome'], string | undefined]>([
    ['passes', ctrf(['passed', 'passed']), 0, 'pass', undefined],
    ['fails', ctrf(['passed', 'failed']), 1, 'fail', 'tests-failed'],
    ['fails and ends with 0', ctrf(['passed', 'failed']), 0, 'fail', 'tests-failed'],
    ['fails 200 tests, and counts them in its exit code', ctrf(['failed']), 200, 'fail', 'tests-failed'],
    ['passes and ends with 1', ctrf(['passed']), 1, 'unknown', 'exit-code-disagrees'],
    ['runs nothing and ends with 0', ctrf([]), 0, 'unknown', 'too-few-tests'],
    ['skips', ctrf(['passed', 'skipped']), 0, 'unknown', 'tests-skipped'],
    ['writes no report', undefined, 0, 'unknown', 'report-not-written'],
    ['writes half a report', ctrf(['passed']).slice(0, 40), 0, 'unknown', 'report-unreadable'],
    ['gives a report of yesterday', ctrf(['passed'], Date.now() - 86_400_000), 0, 'unknown', 'report-stale'],
  ])('that %s', async (name, content, code, outcome, cause) => {
    const finding = await suite(`${name.replace(/\W/g, '-')}.json`, content, {}, code);
    expect(finding).toMatchObject({ outcome });
    expect(finding.cause).toBe(cause);
  });

  test.concurrent('that does not write is not judged by what was there before', async () => {
    writeFileSync(join(home, 'before.json'), ctrf(['passed']));
    expect(await suite('before.json', undefined)).toMatchObject({
      outcome: 'unknown',
      cause: 'report-stale',
    });
    // And the user's file is where it was.
    expect(readFileSync(join(home, 'before.json'), 'utf8')).toContain('passed');
    expect(await suite('before.json', ctrf(['passed']))).toMatchObject({ outcome: 'pass', sampleSize: 1 });
  });
});
