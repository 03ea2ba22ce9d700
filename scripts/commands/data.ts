import type { Command } from 'commander';
import { type CommandContext, commandOf } from '../command-context.ts';
import { dataDiffCommand } from './data-diff.ts';
import { dataMergeCommand } from './data-merge.ts';
import { dataRedisCommand } from './data-redis.ts';
import { dataStateCommand } from './data-state.ts';

/** `greenlight data`: two databases compared without any plan. */
export function dataCommand(context: CommandContext): Command {
  return commandOf('data', 'Compare two databases, without any plan. Writes to neither.', [
    'greenlight data diff --old postgres://old-host/shop --new postgres://new-host/shop',
    'greenlight data state --old postgres://old-host/shop --new postgres://new-host/shop',
    'greenlight data redis --old redis://old-host:6379/0 --new redis://new-host:6379/0',
  ])
    .addCommand(dataDiffCommand(context))
    .addCommand(dataMergeCommand(context))
    .addCommand(dataRedisCommand(context))
    .addCommand(dataStateCommand(context));
}
