import type { Command } from 'commander';
import { type CommandContext, commandOf } from '../command-context.ts';
import { loadExportCommand } from './load-export.ts';
import { loadJudgeCommand } from './load-judge.ts';

/** `greenlight load` */
export function loadCommand(context: CommandContext): Command {
  return commandOf('load', 'Load that Kubernetes makes: export a profile, judge what its runners measured.', [
    'greenlight load export --k6-operator --profile catalogue-holds --parallelism 3 --out load-test',
    'greenlight load judge load-test',
  ])
    .addCommand(loadExportCommand(context))
    .addCommand(loadJudgeCommand(context));
}
