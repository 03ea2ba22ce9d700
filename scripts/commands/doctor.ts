import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { loadConfig } from '../../host/load-config.ts';
import { installCommand, isOptionalPackage } from '../../host/optional-packages.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { installK6, K6_VERSION } from '../../run/doctor/install-k6.ts';
import type { FoundPart } from '../../run/doctor/parts.ts';
import type { Screen } from '../../safety/screen.ts';

interface DoctorOptions {
  readonly config?: string;
  readonly install?: 'k6';
  readonly json: boolean;
}

/** `greenlight doctor` */
export function doctorCommand(context: CommandContext): Command {
  return commandOf('doctor', 'Show which parts are there, their versions, and how to get what is missing.', [
    'greenlight doctor',
    'greenlight doctor --json',
    'greenlight doctor --install k6',
  ])
    .option(...CONFIG_OPTION)
    .addOption(
      new Option(
        '--install <part>',
        `put k6 ${K6_VERSION} into the cache: built where Go is, otherwise its release`,
      ).choices(['k6']),
    )
    .option('--json', 'print the parts as JSON', false)
    .action(async (options: DoctorOptions) => {
      const { screen, env, cwd } = context;
      if (options.install === 'k6') {
        const program = await installK6(env, (line) => screen.err(line), context.interrupted);
        screen.err(`k6 is in ${program}`);
      }
      // Lazy: looking for a browser loads all of Playwright, and every other command would wait for it.
      const { findParts } = await import('../../run/doctor/parts.ts');
      const { plan, problem } = await planOf(cwd, options.config);
      const parts = await findParts(cwd, env, plan);
      if (options.json) screen.out(JSON.stringify(parts, null, 2));
      else {
        screen.out(parts.map((part) => describe(part, screen)).join('\n'));
        for (const line of conclusion(parts, plan)) screen.out(line);
      }
      // The parts first: one of them may be what the plan could not be loaded without.
      if (problem !== undefined) throw problem;
      context.finish(parts.some(isProblem) ? EXIT.INCONCLUSIVE : EXIT.GO);
    });
}

/** The plan here or above, where there is one, or what is wrong with it. */
async function planOf(
  cwd: string,
  named: string | undefined,
): Promise<{ readonly plan?: Plan; readonly problem?: GreenlightError }> {
  try {
    return { plan: (await loadConfig(cwd, named)).plan };
  } catch (error) {
    if (!(error instanceof GreenlightError)) throw error;
    const noneHere = named === undefined && error.code === 'PLAN_NOT_FOUND';
    return noneHere ? {} : { problem: error };
  }
}

/** What keeps something from working: a part without which nothing does, or one that the plan asks for. */
function isProblem(part: FoundPart): boolean {
  return !part.found && (part.needed || part.neededBy !== undefined);
}

function describe(part: FoundPart, screen: Screen): string {
  const name = part.name.padEnd(26);
  if (part.found) {
    const where = part.path === undefined ? '' : `  ${part.path}`;
    const untested = part.untested === undefined ? '' : `\n      untested: ${part.untested}`;
    return `  ${part.untested === undefined ? '✓' : '!'} ${name} ${part.version}${where}${untested}`;
  }
  const purpose = part.neededBy === undefined ? part.purpose : `the plan needs it: ${part.neededBy}`;
  return `  ${isProblem(part) ? '✗' : '–'} ${name} missing: ${part.reason} (${screen.paint.dim(purpose)})\n      ${part.remedy}`;
}

function conclusion(parts: readonly FoundPart[], plan: Plan | undefined): readonly string[] {
  if (plan === undefined) return ['', 'No plan was loaded: what one would need is not judged.'];
  const packages = parts
    .filter(isProblem)
    .map(({ name }) => name)
    .filter(isOptionalPackage);
  if (packages.length === 0) return [];
  return ['', `All packages that the plan needs and that are missing: ${installCommand(packages)}`];
}
