import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { Evidence } from '../../contract/evidence/evidence.ts';
import type { bootDemo } from '../../demo/boot.ts';

/**
 * What Greenlight costs on top of Playwright, as ratios within one run: the two commands alternate, so that a machine
 * that slows down slows both. The phase `synthetic` of the demo's plan is its smoke suites, `post-cutover` all that it
 * has, load left out: that takes its planned time in both. Measured is what users install, the built package: from
 * source, a transpiler at every start would be most of the difference.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, phase: { type: 'string', multiple: true } },
});
const ROUNDS = Number(values.rounds);
const PHASES = values.phase ?? ['synthetic', 'post-cutover'];
if (!Number.isInteger(ROUNDS) || ROUNDS < 1)
  throw new Error(`--rounds ${values.rounds}: give a whole number from 1`);
const ROOT = path.resolve(import.meta.dirname, '../..');
const DIST = path.join(ROOT, 'dist');
const PLAYWRIGHT_CONFIG = path.join(DIST, 'playwright.config.js');
const PLAYWRIGHT = path.join(ROOT, 'node_modules/@playwright/test/cli.js');

interface Sample {
  readonly seconds: number;
  /** Largest sum of the resident memory of the command and everything that it started, MiB. */
  readonly peakMiB: number;
  /** The command's own process, MiB. */
  readonly ownMiB: number;
  readonly startedAt: number;
}

function memoryOf(root: number): { own: number; all: number } {
  const parents = new Map<number, { parent: number; rss: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      parents.set(Number(name), { parent: Number(fields[1]), rss: Number(fields[21]) / 256 });
    } catch {
      // The process ended between the listing and the reading.
      continue;
    }
  }
  let all = 0;
  for (const [pid, { rss }] of parents) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root && at > 1) at = parents.get(at)?.parent;
    if (at === root) all += rss;
  }
  return { own: parents.get(root)?.rss ?? 0, all };
}

async function timed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Sample> {
  const startedAt = Date.now();
  const begin = performance.now();
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let peakMiB = 0;
  let ownMiB = 0;
  const sampler = setInterval(() => {
    const memory = memoryOf(child.pid ?? 0);
    peakMiB = Math.max(peakMiB, memory.all);
    ownMiB = Math.max(ownMiB, memory.own);
  }, 100);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output}`);
  return { seconds: (performance.now() - begin) / 1000, peakMiB, ownMiB, startedAt };
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
const show = (list: readonly number[], digits = 2): string =>
  `median ${median(list).toFixed(digits)}  (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;

interface Pair {
  readonly ours: Sample;
  readonly bare: Sample;
  /** From the start of the command to that of its first test. */
  readonly firstMs: { readonly ours: number; readonly bare: number };
}

async function measured(
  phase: string,
  given: { harness: readonly string[]; report: string; env: NodeJS.ProcessEnv; planFile: string },
): Promise<readonly Pair[]> {
  const { harness, report, env, planFile } = given;
  const ours = [...harness, '--phase', phase, '--output', report, '--state', path.join(home, 'state')];
  const projects = ['readiness', 'suites', 'data-checks'].map((name) => `--project=${name}`);
  const bare = [PLAYWRIGHT, 'test', `--config=${PLAYWRIGHT_CONFIG}`, ...projects];
  const listed = path.join(home, 'bare.json');
  const bareEnv = {
    ...env,
    GREENLIGHT_PLAN: planFile,
    GREENLIGHT_PHASE: phase,
    PLAYWRIGHT_JSON_OUTPUT_NAME: listed,
  };
  const pairs: Pair[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    console.error(`${phase}: ${round === 0 ? 'warming up' : `round ${round} of ${ROUNDS}`}`);
    const plain = await timed(
      [...bare, '--reporter=line,json', '--output', path.join(home, 'bare')],
      bareEnv,
    );
    const whole = await timed(ours, env);
    const { attempts } = Evidence.parse(JSON.parse(readFileSync(path.join(report, 'evidence.json'), 'utf8')));
    const first = Math.min(...attempts.map(({ startedAt }) => Date.parse(startedAt)));
    const starts = [...readFileSync(listed, 'utf8').matchAll(/"startTime": "([^"]+Z)",\s+"annotations"/g)];
    const bareFirst = Math.min(...starts.map(([, at = '']) => Date.parse(at)));
    const firstMs = { ours: first - whole.startedAt, bare: bareFirst - plain.startedAt };
    if (round > 0) pairs.push({ ours: whole, bare: plain, firstMs });
  }
  return pairs;
}

function print(phase: string, pairs: readonly Pair[]): void {
  const line = (what: string, list: readonly number[], digits = 2, aim = ''): void =>
    console.log(`  ${what.padEnd(40)} ${show(list, digits)}${aim === '' ? '' : `   ${aim}`}`);
  console.log(`greenlight run --phase ${phase} against bare playwright test, ${ROUNDS} alternating rounds`);
  line(
    'greenlight run, s',
    pairs.map(({ ours }) => ours.seconds),
  );
  line(
    'playwright test, s',
    pairs.map(({ bare }) => bare.seconds),
  );
  line(
    'ratio by round',
    pairs.map(({ ours, bare }) => ours.seconds / bare.seconds),
    2,
    'aim <= 1.15',
  );
  line(
    'more by round, s',
    pairs.map(({ ours, bare }) => ours.seconds - bare.seconds),
    2,
    'aim <= 0.5',
  );
  line(
    'first check after bare first test, s',
    pairs.map(({ firstMs }) => (firstMs.ours - firstMs.bare) / 1000),
    2,
    'aim <= 0.3',
  );
  line(
    'memory above bare, MiB',
    pairs.map(({ ours, bare }) => ours.peakMiB - bare.peakMiB),
    0,
    'aim <= 100',
  );
  line(
    'all of it, browser included, MiB',
    pairs.map(({ ours }) => ours.peakMiB),
    0,
  );
  line(
    'the command line alone, MiB',
    pairs.map(({ ours }) => ours.ownMiB),
    0,
  );
}

/** As users have it: a plan in TypeScript, which imports the installed package and Playwright. */
async function writePlan(file: string): Promise<void> {
  const whole = JSON.stringify(path.join(ROOT, 'demo/greenlight.config.ts'));
  await build({
    stdin: {
      contents: `import whole from ${whole};\nconst { load, ...plan } = whole;\nexport default plan;\n`,
      resolveDir: ROOT,
      loader: 'ts',
    },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    plugins: [
      {
        name: 'installed',
        setup: (builder) => {
          builder.onResolve({ filter: /contract\/index\.ts$/ }, () => ({
            path: path.join(DIST, 'contract/index.js'),
            external: true,
          }));
        },
      },
    ],
  });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(path.dirname(file), 'node_modules'));
}

const home = mkdtempSync(path.join(tmpdir(), 'greenlight-bench-'));
// Apart from `home`: as root, PostgreSQL runs as nobody and must be able to pass through.
const scene = mkdtempSync(path.join(tmpdir(), 'greenlight-bench-demo-'));
console.error('building the package');
execFileSync(process.execPath, [path.join(ROOT, 'scripts/build.mjs')], { cwd: ROOT, stdio: 'inherit' });
console.error('booting the demo');
const built = (await import(pathToFileURL(path.join(DIST, 'demo/boot.js')).href)) as {
  bootDemo: typeof bootDemo;
};
const demo = await built.bootDemo({ rows: 1000, directory: scene });
try {
  const env = { ...process.env, ...demo.env, NODE_OPTIONS: '', PLAYWRIGHT_NO_COPY_PROMPT: '1' };
  const report = path.join(home, 'report');
  const planFile = path.join(home, 'greenlight.config.mts');
  await writePlan(planFile);
  const harness = [
    path.join(DIST, 'scripts/greenlight.js'),
    'run',
    '--config',
    planFile,
    '--playwright',
    PLAYWRIGHT_CONFIG,
  ];
  for (const phase of PHASES) {
    const pairs = await measured(phase, { harness, report, env, planFile });
    print(phase, pairs);
  }
} finally {
  await demo.close();
  for (const directory of [home, scene]) {
    if (existsSync(directory)) rmSync(directory, { recursive: true, force: true });
  }
}
