import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { durationMs } from '../../../contract/plan/duration.ts';
import { SyntheticPlan } from '../../../contract/plan/synthetic-plan.ts';
import { runCommandLine } from '../../../scripts/program.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../deploy');
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');
const INTERVAL_S = 300;
const BUDGET_S = durationMs(SyntheticPlan.parse({}).budget) / 1000;

/** The files that start a pass by a schedule, and those that are for something else. */
const SCHEDULES = [
  'crontab',
  'github-synthetic.yml',
  'greenlight-synthetic.service',
  'kubernetes-cronjob.yml',
];
const OTHERS = ['Dockerfile', 'greenlight-synthetic.timer'];

/** What a file starts, without its comments. */
const started = (file: string): string =>
  read(file)
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');

async function helpOf(command: string): Promise<string> {
  let help = '';
  await runCommandLine([command, '--help'], {
    screen: {
      out: (text) => (help += text),
      err: () => undefined,
      command: () => undefined,
      transient: () => undefined,
      paint: pc.createColors(false),
      colour: false,
      terminal: false,
      protect: () => undefined,
      clean: (text) => text,
    },
    env: {},
    cwd: FOLDER,
    interrupted: new AbortController().signal,
  });
  return help;
}

test('every file of deploy/ is looked at', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...SCHEDULES, ...OTHERS].sort());
});

test.each(SCHEDULES)('%s starts a pass, which alone tells people, with options that it has', async (file) => {
  const text = started(file);
  // `greenlight run --phase synthetic` decides no alerts and asks what is not due.
  expect(text).not.toMatch(/greenlight["',]*\s+["']?run\b/);
  expect(text).toMatch(/greenlight["',]*\s+["']?synthetic\b/);
  const help = await helpOf('synthetic');
  const options = text.match(/(?<=[\s'])--(?:state|output|changes-only|json|location|phase)\b/g) ?? [];
  for (const option of options) expect(help, option).toContain(option);
});

describe('crontab', () => {
  const line = started('crontab')
    .split('\n')
    .find((one) => one.startsWith('*/5 '));

  function tick(code: number, said: string): ReturnType<typeof spawnSync> {
    const project = mkdtempSync(path.join(tmpdir(), 'greenlight-cron-'));
    try {
      const programs = path.join(project, 'node_modules/.bin');
      mkdirSync(programs, { recursive: true });
      const program = path.join(programs, 'greenlight');
      writeFileSync(
        program,
        `#!/bin/sh\n[ "$MAILBOX_PASSWORD" = "two words" ] || exit 99\n${said}\nexit ${code}\n`,
      );
      chmodSync(program, 0o755);
      writeFileSync(path.join(project, 'greenlight.env'), `MAILBOX_PASSWORD='two words'\n`);
      const command = (line ?? '').replace('*/5 * * * * ', '').replace('/srv/greenlight', project);
      return spawnSync('sh', ['-c', command], {
        env: { PATH: /^PATH=(.*)$/m.exec(read('crontab'))?.[1] ?? '' },
        encoding: 'utf8',
      });
    } finally {
      rmSync(project, { recursive: true });
    }
  }

  test('ends with the exit code of the pass, and prints what the pass prints: nothing, or the mail', () => {
    expect(tick(0, ':')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(tick(10, 'echo NO_GO >&2')).toMatchObject({ status: 10, stdout: '', stderr: 'NO_GO\n' });
    expect(tick(20, 'echo "$@" >&2')).toMatchObject({ status: 20, stderr: 'synthetic --changes-only\n' });
  });

  test('has no %, which cron takes for the end of a line', () => {
    expect(line).toBeDefined();
    expect(line).not.toContain('%');
  });

  test('ends a pass that hangs before the next but one is due', () => {
    const [, grace = '', limit = ''] = /timeout --kill-after=(\d+) (\d+) /.exec(line ?? '') ?? [];
    expect(Number(limit)).toBeGreaterThan(2 * BUDGET_S);
    expect(Number(limit) + Number(grace)).toBeLessThan(INTERVAL_S);
  });
});

describe('systemd', () => {
  const value = (file: string, key: string): string | undefined =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(started(file))?.[1];
  const service = (key: string): string | undefined => value('greenlight-synthetic.service', key);

  test('takes an answer for no crash, and ends a pass that hangs with time to clean up', () => {
    expect(service('Type')).toBe('oneshot');
    expect(service('SuccessExitStatus')).toBe('10 20');
    expect(service('KillMode')).toBe('mixed');
    expect(Number(service('TimeoutStartSec'))).toBeGreaterThan(2 * BUDGET_S);
    expect(Number(service('TimeoutStartSec')) + Number(service('TimeoutStopSec'))).toBeLessThan(INTERVAL_S);
  });

  test('starts it every five minutes', () => {
    expect(value('greenlight-synthetic.timer', 'OnCalendar')).toBe('*:0/5');
  });
});

test('the CronJob starts one pass at a time, once, and keeps what must last', () => {
  interface CronJob {
    readonly spec: {
      readonly schedule: string;
      readonly concurrencyPolicy: string;
      readonly jobTemplate: {
        readonly spec: {
          readonly backoffLimit: number;
          readonly activeDeadlineSeconds: number;
          readonly template: {
            readonly spec: {
              readonly restartPolicy: string;
              readonly terminationGracePeriodSeconds: number;
              readonly containers: readonly {
                readonly args: readonly string[];
                readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
              }[];
              readonly volumes: readonly {
                readonly name: string;
                readonly persistentVolumeClaim?: unknown;
              }[];
            };
          };
        };
      };
    };
  }
  const { spec } = parse(read('kubernetes-cronjob.yml')) as CronJob;
  const job = spec.jobTemplate.spec;
  const pod = job.template.spec;
  expect(spec).toMatchObject({ schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid' });
  expect(job.backoffLimit).toBe(0);
  expect(pod.restartPolicy).toBe('Never');
  expect(job.activeDeadlineSeconds).toBeGreaterThan(2 * BUDGET_S);
  expect(job.activeDeadlineSeconds + pod.terminationGracePeriodSeconds).toBeLessThan(INTERVAL_S);
  const [container] = pod.containers;
  const state = container?.args[container.args.indexOf('--state') + 1];
  const mount = container?.volumeMounts.find(({ mountPath }) => mountPath === state);
  expect(pod.volumes.find(({ name }) => name === mount?.name)?.persistentVolumeClaim).toBeDefined();
});

test('the workflow brings along what the pass before it left, and keeps it whatever the pass says', () => {
  interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly if?: string;
    readonly with?: Readonly<Record<string, string>>;
  }
  interface Workflow {
    readonly concurrency: { readonly 'cancel-in-progress': boolean };
    readonly jobs: { readonly synthetic: { readonly steps: readonly Step[] } };
  }
  const { concurrency, jobs } = parse(read('github-synthetic.yml')) as Workflow;
  const { steps } = jobs.synthetic;
  const at = (found: (step: Step) => boolean): number => steps.findIndex(found);
  const restore = at(({ uses }) => uses?.startsWith('actions/cache/restore@') === true);
  const pass = at(({ run }) => run?.includes('greenlight synthetic') === true);
  const save = at(({ uses }) => uses?.startsWith('actions/cache/save@') === true);
  expect(concurrency['cancel-in-progress']).toBe(false);
  expect(restore).toBeGreaterThanOrEqual(0);
  expect(pass).toBeGreaterThan(restore);
  expect(save).toBeGreaterThan(pass);
  expect(steps[save]?.if).toBe('always()');
  expect(steps[save]?.with).toEqual({
    path: '.greenlight',
    key: steps[restore]?.with?.['key'],
  });
  // A key is written once: the run is in it, and the newest of those before it is restored.
  expect(steps[save]?.with?.['key']).toContain('github.run_attempt');
  expect(steps[save]?.with?.['key']?.startsWith(steps[restore]?.with?.['restore-keys'] ?? '?')).toBe(true);
});
