import path from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';
import { loadConfig } from '../../host/load-config.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { renderRunbook } from '../runbook/render-runbook.ts';

interface RunbookOptions {
  readonly config?: string;
  readonly release?: string;
  readonly output?: string;
}

/** `greenlight runbook` */
export function runbookCommand(context: CommandContext): Command {
  return commandOf('runbook', 'Make the runbook of the cut-over from the plan, as Markdown. Runs nothing.', [
    'greenlight runbook --release 2.4.0 > RUNBOOK.md',
    'greenlight runbook --config greenlight.config.mts --output RUNBOOK.md',
  ])
    .option(...CONFIG_OPTION)
    .option('--release <id>', 'the release that it is for, as commands on the page name it')
    .option('-o, --output <file>', 'write it there (default: print it)')
    .action(async (options: RunbookOptions) => {
      const { plan, file, digest } = await loadConfig(context.cwd, options.config);
      const page = renderRunbook(plan, {
        release: options.release,
        plan: { file: path.basename(file), digest },
      });
      if (options.output === undefined) context.screen.out(page);
      else {
        const output = path.resolve(context.cwd, options.output);
        writeFileAtomically(output, `${context.screen.clean(page).trimEnd()}\n`);
        context.screen.err(`wrote ${output}`);
      }
      context.finish(EXIT.GO);
    });
}
