/**
 * Runs the plans of the examples against their stand-ins, phase by phase: clean, and with each of their faults.
 *
 *   npm run examples                                  # all of them
 *   npm run examples -- --only mhp-azure --clean      # one plan, without faults
 *   npm run examples -- --only mhp-azure --fault suite-fails
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT } from '../contract/exit-codes.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { textTable } from '../run/text-table.ts';
import { EXAMPLES } from './examples.ts';
import { firstAgainst, runPlan, stateEverything } from './run-plan.ts';
import type { AnyExample, OpenScene } from './system/example.ts';

const USAGE = `Usage: npm run examples -- [--only <plan>] [--clean] [--fault <id> ...] [--phase <phase>] [--list] [--output <directory>]

  --only <plan>    one of ${EXAMPLES.map(({ id }) => id).join(', ')}
  --clean          without faults
  --fault <id>     this fault alone; more than one may be named
  --phase <phase>  this phase alone
  --list           names the faults, and runs nothing
  --output <dir>   keeps the reports there

Ends with 0 when everything was as expected, 1 when not.`;

interface Line {
  readonly plan: string;
  readonly phase: string;
  readonly fault: string;
  readonly verdict: string;
  readonly named: string;
  readonly asExpected: boolean;
  /** What the command line said, where it was not as expected. */
  readonly output: string;
}

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      clean: { type: 'boolean', default: false },
      fault: { type: 'string', multiple: true },
      phase: { type: 'string' },
      list: { type: 'boolean', default: false },
      output: { type: 'string' },
      built: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const examples = EXAMPLES.filter(({ id }) => values.only === undefined || id === values.only);
  if (examples.length === 0) throw new UsageError(`--only: there is no plan "${values.only}"`);
  const chosen = examples.map((example) => ({
    example,
    faults: example.faults.filter(({ id }) => values.fault === undefined || values.fault.includes(id)),
    phases: example.phases.filter((phase) => values.phase === undefined || phase === values.phase),
  }));
  const known = chosen.flatMap(({ faults }) => faults.map(({ id }) => id));
  for (const fault of values.fault ?? [])
    if (!known.includes(fault)) throw new UsageError(`--fault: there is no "${fault}"`);
  if (chosen.every(({ phases }) => phases.length === 0))
    throw new UsageError(`--phase: there is no "${values.phase}"`);
  if (values.clean && values.fault !== undefined)
    throw new UsageError('--clean and --fault exclude each other');
  return { ...values, chosen };
}
type Options = ReturnType<typeof options>;

const MOST_REASONS = 8;
const MOST_LINES = 40;

class UsageError extends Error {}

async function main(): Promise<number> {
  const given = options();
  if (given.help) {
    console.log(USAGE);
    return EXIT.GO;
  }
  if (given.list) {
    for (const { example, faults } of given.chosen)
      for (const { id, phase, title, check } of faults)
        console.log(`${example.id}  ${phase}  ${id}: ${title} -> ${check}`);
    return EXIT.GO;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
  const directory = given.output ?? mkdtempSync(path.join(tmpdir(), 'greenlight-examples-'));
  mkdirSync(directory, { recursive: true });
  // PostgreSQL runs as another user where we are root, and must get to its own folder through this one.
  await chmod(directory, 0o755);
  const lines: Line[] = [];
  try {
    for (const one of given.chosen)
      lines.push(...(await runExample(one, given, path.resolve(directory), stop.signal)));
  } finally {
    if (given.output === undefined) rmSync(directory, { recursive: true, force: true });
  }
  console.log(tableOf(lines));
  for (const { plan, phase, fault, output } of lines.filter(({ asExpected }) => !asExpected))
    console.log(`\n--- ${plan}, ${phase}, ${fault}\n${output}`);
  if (stop.signal.aborted) return EXIT.INTERRUPTED;
  return lines.every(({ asExpected }) => asExpected) ? 0 : 1;
}

async function runExample(
  { example, faults, phases }: Options['chosen'][number],
  given: Options,
  directory: string,
  signal: AbortSignal,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  say(`${example.id}: starting its stand-ins`);
  const home = path.join(directory, example.id);
  // What an earlier run kept there would be in the way of this one.
  rmSync(home, { recursive: true, force: true });
  const scene = await example.open({ directory: home, signal });
  try {
    for (const phase of example.phases) {
      if (signal.aborted) break;
      // Also where nothing is run in it: traffic moves on.
      await scene.enter(phase);
      if (!phases.includes(phase)) continue;
      await stateEverything({
        example: example.id,
        phase,
        release: scene.wanted(phase),
        file: scene.statements,
      });
      const run = (fault: AnyExample['faults'][number] | undefined): Promise<Line> =>
        runOne({
          example,
          phase,
          fault,
          scene,
          directory: path.join(home, 'runs', `${phase}-${fault?.id ?? 'clean'}`),
          built: given.built,
          signal,
        });
      if (given.fault === undefined) lines.push(await run(undefined));
      if (given.clean) continue;
      for (const fault of faults.filter((one) => one.phase === phase)) {
        if (signal.aborted) break;
        const undo = await scene.plant(fault.id);
        try {
          lines.push(await run(fault));
        } finally {
          await undo();
        }
      }
    }
  } finally {
    await scene.close();
  }
  return lines;
}

async function runOne(about: {
  readonly example: AnyExample;
  readonly phase: AnyExample['phases'][number];
  readonly fault: AnyExample['faults'][number] | undefined;
  readonly scene: OpenScene;
  readonly directory: string;
  readonly built: boolean;
  readonly signal: AbortSignal;
}): Promise<Line> {
  const { example, phase, fault } = about;
  const begun = Date.now();
  const end = await runPlan({ ...about, example: example.id });
  const { verdict } = end;
  const wanted = fault?.verdict ?? 'NO_GO';
  const named = verdict === undefined ? undefined : firstAgainst(verdict, wanted);
  const stepFailed =
    fault?.step === undefined ||
    verdict?.checks.some(({ id, state }) => id === fault.step && state === 'failed') === true;
  const asExpected =
    fault === undefined
      ? verdict?.decision === 'GO'
      : verdict?.decision === wanted && named === fault.check && stepFailed;
  const line: Line = {
    plan: example.id,
    phase,
    fault: fault?.id ?? 'none',
    verdict: verdict?.decision ?? `exit code ${end.code}`,
    named: named ?? (fault === undefined ? '' : 'none'),
    asExpected,
    output: asExpected ? '' : whyNot(verdict, end.output),
  };
  say(
    `${line.plan}  ${phase}  ${line.fault}: ${line.verdict} ${line.named} (${((Date.now() - begun) / 1000).toFixed(1)} s)${asExpected ? '' : '  <- not as expected'}`,
  );
  return line;
}

/** What the verdict says against GO; without one, the end of what the command line printed. */
function whyNot(verdict: Verdict | undefined, output: string): string {
  const lines = verdict?.reasons.slice(0, MOST_REASONS) ?? output.split('\n').slice(-MOST_LINES);
  return lines.map((line) => `  ${line}`).join('\n');
}

function tableOf(lines: readonly Line[]): string {
  return textTable(
    ['plan', 'phase', 'fault', 'verdict', 'named first', 'as expected'],
    lines.map(({ plan, phase, fault, verdict, named, asExpected }) => [
      plan,
      phase,
      fault,
      verdict,
      named,
      asExpected ? 'yes' : 'NO',
    ]),
  ).join('\n');
}

const say = (line: string): void => console.error(line);

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error);
    process.exit(error instanceof UsageError ? EXIT.USAGE : EXIT.INCONCLUSIVE);
  },
);
