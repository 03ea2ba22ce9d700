import { type Command, Option } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { installK6, K6_VERSION } from '../../run/doctor/install-k6.ts';
import type { FoundPart } from '../../run/doctor/parts.ts';
import type { Screen } from '../../safety/screen.ts';

interface DoctorOptions {
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
      const parts = await findParts(cwd, env);
      if (options.json) screen.out(JSON.stringify(parts, null, 2));
      else screen.out(parts.map((part) => describe(part, screen)).join('\n'));
      context.finish(parts.some((part) => part.needed && !part.found) ? EXIT.INCONCLUSIVE : EXIT.GO);
    });
}

function describe(part: FoundPart, screen: Screen): string {
  if (part.found) {
    const where = part.path === undefined ? '' : `  ${part.path}`;
    return `  ✓ ${part.name.padEnd(24)} ${part.version}${where}`;
  }
  const mark = part.needed ? '✗' : '–';
  const purpose = screen.paint.dim(part.purpose);
  return `  ${mark} ${part.name.padEnd(24)} missing: ${part.reason} (${purpose})\n      ${part.remedy}`;
}
