import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { k6Engine } from '../../../load/engines/k6.ts';
import { runCommandLine } from '../../../scripts/program.ts';
import { createScreen } from '../../../safety/screen.ts';
import { kubectlStandIn, OperatorStandIn } from './operator-stand-in.ts';
import { startTarget, type FakeTarget } from './target.ts';
import { visitors } from './visitors.ts';

// The real k6, the real collector and the real command line; the operator and kubectl are stand-ins.
const k6 = await k6Engine.availability();
if (!k6.available) console.warn(`\nSKIPPED: load in a cluster: ${k6.reason}. ${k6.remedy}\n`);
const TOKEN = 'a-token-for-load-tests';
const RUNNERS = 3;

let directory: string;
let state: string;
let bin: string;
const targets: FakeTarget[] = [];

async function commandLine(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const stream = (keep: (text: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
  const env = { LOAD_TEST_TOKEN: TOKEN };
  const screen = createScreen({
    out: stream((text) => (out += text)),
    err: stream((text) => (err += text)),
    env,
  });
  const interrupted = new AbortController().signal;
  const code = await runCommandLine(args, { screen, env, cwd: directory, interrupted });
  return { code, out, err };
}

/** The same flow as the engines' own tests, against a target that is well and one that fails every third request. */
async function writePlan(): Promise<void> {
  const shop = visitors(TOKEN);
  let asked = 0;
  const well = await startTarget((...given) => shop.answer(...given));
  const ill = await startTarget((_request, response) => {
    response.statusCode = (asked += 1) % 3 === 0 ? 500 : 200;
    response.end('{}');
  });
  targets.push(well, ill);
  // Few virtual users, because each evaluates the flow with its schemas before it can start; a wide limit, because a
  // quarter of it is how late arrivals may begin, and this machine is busy.
  const profile = `engine: 'k6', connections: 6, warmupS: 0, minimumRequests: 50`;
  await writeFile(
    join(directory, 'plan.mts'),
    `import base from '${join(import.meta.dirname, 'plan.ts')}';
     export default { ...base, secrets: ['LOAD_TEST_TOKEN', 'ANOTHER_SECRET'],
       target: { name: 'fixture', control: '${well.url}/v', urls: { app: '${well.url}', ill: '${ill.url}' } },
       load: { profiles: [
         { id: 'visitors-come-back', title: 'Visitors', flow: 'visitor-comes-back', ${profile},
           rate: 10, durationS: 8, thresholds: { p95Ms: 3000, errorRate: 0.05 } },
         { id: 'ill-holds', title: 'Ill', requests: [{ path: '/', endpoint: 'ill' }], ${profile},
           rate: 40, durationS: 3, thresholds: { errorRate: 0.05 } },
       ] } };`,
  );
}

function collect(export_: string): { readonly ended: Promise<{ code: number; said: string }>; stop(): void } {
  const path = [bin, process.env['PATH']].join(delimiter);
  const shell = spawn('sh', [join(directory, export_, 'collect.sh')], {
    env: { PATH: path, POLL_S: '0.2' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  shell.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    ended: new Promise((resolve) => shell.once('close', (code) => resolve({ code: code ?? -1, said }))),
    stop: () => void shell.kill('SIGINT'),
  };
}

async function judge(export_: string, ...more: readonly string[]) {
  const { code, out, err } = await commandLine('load', 'judge', export_, '--json', ...more);
  if (out === '') throw new Error(err);
  return { code, finding: (JSON.parse(out) as { finding: Finding }).finding };
}

let exported: Awaited<ReturnType<typeof commandLine>>;
let collected: readonly { code: number; said: string }[];

beforeAll(async () => {
  if (!k6.available) return;
  directory = await mkdtemp(join(tmpdir(), 'greenlight-operator-'));
  state = join(directory, 'state');
  await mkdir(state);
  bin = await kubectlStandIn(state);
  await writePlan();
  const operator = new OperatorStandIn(state, k6.path ?? '', { LOAD_TEST_TOKEN: TOKEN });
  const common = ['load', 'export', '--k6-operator', '--config', 'plan.mts'];
  const well = ['--profile', 'visitors-come-back', '--parallelism', String(RUNNERS), '--out', 'well'];
  const ill = ['--profile', 'ill-holds', '--parallelism', '2', '--out', 'ill'];
  exported = await commandLine(...common, ...well);
  const other = await commandLine(...common, ...ill);
  if (exported.code + other.code !== 0) throw new Error(exported.err + other.err);
  const followed = ['well', 'ill'].map((name) => collect(name));
  for (const name of ['well', 'ill']) await operator.create(join(directory, name, 'testrun.yaml'));
  collected = await Promise.all(followed.map(({ ended }) => ended));
}, 120_000);

afterAll(async () => {
  for (const target of targets) await target.close();
  await rm(directory, { recursive: true, force: true });
});

describe.runIf(k6.available)('a load that runners in a cluster make', () => {
  test('no secret lies in what is exported, and the runners get the one that the flow reads', async () => {
    const manifest = await readFile(join(directory, 'well', 'testrun.yaml'), 'utf8');
    expect(manifest).not.toContain(TOKEN);
    expect(manifest).toContain('key: LOAD_TEST_TOKEN');
    expect(manifest).not.toContain('ANOTHER_SECRET\n');
    expect(manifest).not.toContain('cleanup');
    expect(exported.out).toContain('create secret generic greenlight-load');
  });

  test('a healthy target passes, with all runners merged', async () => {
    expect(collected[0], collected[0]?.said).toMatchObject({ code: 0 });
    const { code, finding } = await judge('well');
    expect([code, finding.outcome], finding.summary).toEqual([0, 'pass']);
    const { detail } = finding;
    if (detail?.kind !== 'load') throw new Error('no load');
    // 10 flows of two requests a second for 8 s.
    expect(detail.result.targetRate).toBeCloseTo(10);
    expect(detail.result.requests).toBeGreaterThan(150);
    expect(detail.result.latency?.samples).toBe(detail.result.requests);
    expect(detail.result.generator.lagP99Ms).not.toBeNull();
    const { out } = await commandLine('load', 'judge', 'well');
    expect(out).toContain('visitors-come-back: holds (3 runners');
  });

  test('a target that fails a third of all requests fails, although the operator says finished', async () => {
    expect(collected[1], collected[1]?.said).toMatchObject({ code: 0 });
    const { code, finding } = await judge('ill');
    expect([code, finding.outcome, finding.cause], finding.summary).toEqual([10, 'fail', 'error-rate']);
    expect(Number(finding.measured)).toBeCloseTo(100 / 3, -1);
  });

  describe('is unknown, never a pass, where', () => {
    let cases = 0;
    /** A copy of what was collected from the healthy target, after something went wrong with it. */
    async function after(change: (runners: string) => Promise<void>): Promise<string> {
      const name = `case-${(cases += 1)}`;
      await cp(join(directory, 'well'), join(directory, name), { recursive: true });
      await change(join(directory, name, 'runners'));
      return name;
    }
    const edit = async (file: string, how: (text: string) => string): Promise<void> => {
      await writeFile(file, how(await readFile(file, 'utf8')));
    };
    const ends = async (runners: string, index: number, exitCode: number, reason: string): Promise<void> => {
      await edit(join(runners, `runner-${index}.pod.json`), (text) =>
        text.replace('"exitCode":0,"reason":"Completed"', `"exitCode":${exitCode},"reason":"${reason}"`),
      );
      await edit(join(runners, `runner-${index}.job.json`), (text) => text.replace('succeeded', 'failed'));
    };
    const log = (runners: string, index = 2): string => join(runners, `runner-${index}.log`);

    test.each<[string, string, (runners: string) => Promise<void>]>([
      [
        'a runner was killed',
        'OOMKilled',
        async (runners) => {
          await ends(runners, 2, 137, 'OOMKilled');
          await edit(log(runners), (text) => text.slice(0, text.length / 2));
        },
      ],
      [
        'the log lost lines in the middle',
        'samples of them arrived',
        (runners) =>
          edit(log(runners), (text) => {
            const lines = text.split('\n');
            return [...lines.slice(0, 200), ...lines.slice(260)].join('\n');
          }),
      ],
      [
        'the log lost the moments at which arrivals began',
        'say when they began',
        (runners) =>
          edit(log(runners), (text) =>
            text
              .split('\n')
              .filter((line, at) => at < 200 || at > 300 || !line.startsWith('iteration_duration'))
              .join('\n'),
          ),
      ],
      [
        'the log lost its beginning',
        'samples of them arrived',
        (runners) => edit(log(runners), (text) => text.slice(text.length / 3)),
      ],
      [
        'a runner is missing',
        'Share 2 of 3 has no result',
        async (runners) => {
          for (const end of ['log', 'job.json', 'pod.json']) await rm(join(runners, `runner-2.${end}`));
        },
      ],
      [
        'all runners ended badly, although the operator says finished',
        'k6 ended with 99',
        async (runners) => {
          for (let index = 1; index <= RUNNERS; index += 1) await ends(runners, index, 99, 'Error');
        },
      ],
      [
        'a log is that of another load',
        "not this run's",
        (runners) => cp(join(directory, 'ill', 'runners', 'runner-2.log'), log(runners)),
      ],
      [
        'the log of one runner stands for another one too',
        'not tagged as those of runner 2',
        (runners) => cp(log(runners, 1), log(runners)),
      ],
      [
        'a runner had no way to the target, and the others had one',
        'From share 2 of 3 the target could not be reached',
        (runners) =>
          edit(log(runners), (text) => text.replace(/^(http_req\w+,\d+,[\d.]+),\d*,/gm, '$1,1212,')),
      ],
      [
        'a runner stood still for two seconds',
        'The load generator itself was overloaded',
        (runners) =>
          edit(log(runners), (text) => {
            const first = Number(/^iterations,(\d+)/m.exec(text)?.[1]);
            const [from, to] = [first + 2000, first + 4000];
            return text.replace(/^(\w+),(\d+),/gm, (line, name: string, at: string) =>
              Number(at) > from && Number(at) < to ? `${name},${to},` : line,
            );
          }),
      ],
      [
        'runners ran different images',
        'another image',
        (runners) =>
          edit(join(runners, 'runner-3.pod.json'), (text) =>
            text.replaceAll('ab'.repeat(32), 'cd'.repeat(32)),
          ),
      ],
      [
        'collecting was broken off',
        'not collected to its end',
        (runners) => rm(join(runners, 'collected.json')),
      ],
    ])('%s', async (_name, said, change) => {
      const { code, finding } = await judge(await after(change));
      expect([code, finding.outcome], finding.summary).toEqual([20, 'unknown']);
      expect(finding.summary).toContain(said);
    });

    test('it is of yesterday', async () => {
      const { code, finding } = await judge('well', '--max-age-minutes', '0.001');
      expect([code, finding.cause]).toEqual([20, 'stale']);
    });
  });

  test('a directory that is no export is bad usage', async () => {
    const { code, err } = await commandLine('load', 'judge', 'state');
    expect([code, err]).toEqual([64, expect.stringContaining('not what load export wrote')]);
  });
});

describe.runIf(k6.available)('a collector that cannot go on', () => {
  /** The same export, nothing collected, and a cluster in which its load was never created. */
  async function fresh(name: string): Promise<void> {
    await cp(join(directory, 'well'), join(directory, name), { recursive: true });
    await rm(join(directory, name, 'runners'), { recursive: true });
    await edit(join(directory, name, 'collect.sh'));
  }
  async function edit(script: string): Promise<void> {
    const text = await readFile(script, 'utf8');
    await writeFile(script, text.replace(/^NAME='.*'$/m, "NAME='never-created'"));
  }

  test('leaves nothing that looks complete: no server, no runner, Ctrl-C, an old folder', async () => {
    await Promise.all(['no-server', 'no-runner', 'ctrl-c'].map(fresh));
    const none = collect('ctrl-c');
    const late = spawnLate('no-runner');
    await new Promise((resolve) => setTimeout(resolve, 500));
    none.stop();
    expect(await none.ended).toMatchObject({
      code: 130,
      said: expect.stringContaining('interrupted') as string,
    });
    expect(await late).toMatchObject({
      code: 1,
      said: expect.stringContaining('did not start within') as string,
    });
    await writeFile(join(state, 'broken'), '');
    const broken = await collect('no-server').ended;
    expect(broken).toMatchObject({ code: 1, said: expect.stringContaining('Unable to connect') as string });
    expect(await collect('well').ended).toMatchObject({
      code: 1,
      said: expect.stringContaining('not replaced') as string,
    });
    for (const name of ['no-server', 'no-runner', 'ctrl-c']) {
      expect(existsSync(join(directory, name, 'runners'))).toBe(false);
      expect((await judge(name)).code).toBe(20);
    }
  });

  function spawnLate(name: string): Promise<{ code: number; said: string }> {
    const path = [bin, process.env['PATH']].join(delimiter);
    const shell = spawn('sh', [join(directory, name, 'collect.sh')], {
      env: { PATH: path, POLL_S: '0.2', START_WITHIN_S: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    shell.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return new Promise((resolve) => shell.once('close', (code) => resolve({ code: code ?? -1, said })));
  }
});
