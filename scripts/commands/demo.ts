import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type * as DemoModule from '../../demo/index.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { Phase } from '../../contract/evidence/outcome.ts';
import type { Release } from '../../contract/plan/release.ts';
import { type CommandContext, commandOf, wholeNumber } from '../command-context.ts';
import { DEMO_ENV_FILE, writeDemoEnv } from '../demo-env.ts';
import { installCommand } from '../../host/optional-packages.ts';
import { ownModule } from '../../host/package-root.ts';
import { missingDemoPackages } from '../../run/doctor/demo-packages.ts';
import { retireVerdict } from '../../run/retire-verdict.ts';
import { markScratch, removeDeadScratch } from '../../safety/scratch-directory.ts';
import { nameReport, showVerdict } from '../show-verdict.ts';
import { withoutSigningKey } from '../../signing/configured-keys.ts';

interface DemoOptions {
  readonly fault?: string;
  readonly listFaults: boolean;
  readonly rows?: number;
  readonly keep: boolean;
  readonly phase: Phase;
  readonly output: string;
  readonly keepGoing: boolean;
  readonly json: boolean;
}

/** `greenlight demo` */
export function demoCommand(context: CommandContext): Command {
  return commandOf('demo', 'Boot a real old shop and a real new one, cut over, verify, and answer.', [
    'greenlight demo',
    'greenlight demo --list-faults',
    'greenlight demo --fault lost-orders',
    'greenlight demo --keep',
  ])
    .option('--fault <id>', 'plant one fault in the new shop or its migration')
    .option('--list-faults', 'list the faults, one id first on each line', false)
    .option('--rows <number>', 'orders in the old shop (default: 50000)', wholeNumber(1))
    .option('--keep', 'leave everything running until Ctrl-C, and print the addresses', false)
    .addOption(new Option('--phase <phase>').choices(Phase.options).default('post-cutover'))
    .option('-o, --output <directory>', 'where the report goes', 'greenlight-report')
    .option('--keep-going', 'run load although a blocking check failed', false)
    .option('--json', 'print the verdict as JSON', false)
    .action(async (options: DemoOptions) => {
      if (!options.listFaults) retireVerdict(context.cwd, options.output);
      const { DEMO_FAULTS } = await import('../../demo/faults.ts');
      if (options.listFaults) {
        context.screen.out(faultList(DEMO_FAULTS));
        context.finish(EXIT.GO);
        return;
      }
      mustBeKnown(options.fault, DEMO_FAULTS);
      mustBeInstalled(context.env);
      // Lazy: the demo needs optional packages, and no other command may need them.
      const { bootDemo } = await import('../../demo/index.ts');
      context.finish(await runDemo(context, options, bootDemo));
    });
}

async function runDemo(
  context: CommandContext,
  options: DemoOptions,
  bootDemo: typeof DemoModule.bootDemo,
): Promise<number> {
  const { screen, interrupted } = context;
  const { run } = await import('../../run/run.ts');
  removeDeadDemos();
  const directory = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  markScratch(directory);
  let demo: DemoModule.Demo | undefined;
  try {
    demo = await bootDemo({
      ...(options.rows === undefined ? {} : { rows: options.rows }),
      ...(options.fault === undefined ? {} : { fault: options.fault }),
      onProgress: (line) => screen.err(line),
      signal: interrupted,
      directory,
    });
    // The demo's plan reads its addresses from the environment when it is evaluated in this process.
    Object.assign(process.env, demo.env);
    const end = await run(
      {
        cwd: context.cwd,
        env: { ...withoutSigningKey(context.env), ...demo.env },
        config: demo.planFile,
        playwright: ownModule('playwright.config'),
        phase: options.phase,
        wanted: wantedRelease(demo),
        output: options.output,
        state: path.join(directory, 'state'),
        keepGoing: options.keepGoing,
      },
      screen,
      interrupted,
    );
    showVerdict(screen, end.verdict, options.json, options.output);
    if (end.verdict !== undefined) nameReport(screen, options.output);
    if (options.keep && !interrupted.aborted) await keepRunning(context, demo);
    return end.exitCode;
  } catch (error) {
    if (interrupted.aborted) return EXIT.INTERRUPTED;
    throw error;
  } finally {
    await demo?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const PREFIX = 'greenlight-demo-';

/** Temporary directories of demos that were killed. */
function removeDeadDemos(): void {
  removeDeadScratch(tmpdir(), (name) => name.startsWith(PREFIX));
}

function wantedRelease({ env }: DemoModule.Demo): Release | null {
  const { DEMO_RELEASE: id, DEMO_COMMIT: commit } = env;
  if (id === undefined) return null;
  return { id, ...(commit === undefined ? {} : { commit }) };
}

/** Leaves the demo running for clicking around and for Playwright by hand, until Ctrl-C. */
async function keepRunning(
  { screen, cwd, interrupted }: CommandContext,
  demo: DemoModule.Demo,
): Promise<void> {
  const file = writeDemoEnv(cwd, { ...demo.env, GREENLIGHT_PLAN: demo.planFile });
  const addresses = Object.entries(demo.urls).map(([name, url]) => `  ${name.padEnd(16)} ${url}`);
  screen.out(
    [
      '',
      'Still running:',
      ...addresses,
      '',
      `npx playwright test --ui works from ${cwd} now: it reads ${DEMO_ENV_FILE}.`,
      'It opens with the first project alone: tick the others under Projects.',
      'Ctrl-C stops everything.',
    ].join('\n'),
  );
  // A listener alone does not keep the process alive.
  const awake = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) =>
    interrupted.addEventListener('abort', () => resolve(), { once: true }),
  );
  clearInterval(awake);
  rmSync(file, { force: true });
}

function faultList(faults: readonly DemoModule.DemoFault[]): string {
  const width = Math.max(...faults.map(({ id }) => id.length));
  return faults.map(({ id, title, check }) => `${id.padEnd(width)}  ${title} (${check})`).join('\n');
}

function mustBeKnown(fault: string | undefined, faults: readonly DemoModule.DemoFault[]): void {
  if (fault === undefined || faults.some(({ id }) => id === fault)) return;
  throw new GreenlightError('NAME_UNKNOWN', `--fault: "${fault}" is none of the demo's faults`, {
    hint: `Use one of: ${faults.map(({ id }) => id).join(', ')}.`,
  });
}

function mustBeInstalled(env: NodeJS.ProcessEnv): void {
  const missing = missingDemoPackages(env);
  if (missing.length === 0) return;
  const what = `the demo runs on packages that nothing else needs, and ${missing.length} of them are not installed: ${missing.join(', ')}`;
  throw new GreenlightError('PART_MISSING', what, { hint: installCommand(missing) });
}
