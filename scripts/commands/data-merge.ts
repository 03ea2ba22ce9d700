import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { addSegments, SegmentsDiffer } from '../../data-checks/postgres/rows/add-segments.ts';
import { parseSegment } from '../../data-checks/postgres/rows/segment-file.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { exitCodeOfDiff } from '../data/exit-code-of-data.ts';
import { renderDiff } from '../data/render-diff.ts';

/** `greenlight data merge` */
export function dataMergeCommand(context: CommandContext): Command {
  return commandOf(
    'merge',
    'Add up what the segments of one data diff found; each must be there exactly once.',
    ['greenlight data merge part-*.json', 'greenlight data merge part-1.json part-2.json --json'],
  )
    .argument('<files...>', 'what data diff --segment printed')
    .option('--json', 'print everything that was found as JSON', false)
    .action(async (files: readonly string[], options: { readonly json: boolean }) => {
      const segments = await Promise.all(files.map((file) => read(context, file)));
      try {
        const diff = addSegments(segments);
        context.screen.out(options.json ? JSON.stringify(diff, null, 2) : renderDiff(diff));
        context.finish(exitCodeOfDiff(diff));
      } catch (error) {
        if (!(error instanceof SegmentsDiffer)) throw error;
        context.screen.err(`The segments do not make one comparison: ${error.message}`);
        context.finish(EXIT.INCONCLUSIVE);
      }
    });
}

async function read({ cwd }: CommandContext, file: string) {
  try {
    return parseSegment(JSON.parse(await readFile(path.resolve(cwd, file), 'utf8')));
  } catch (error) {
    throw new GreenlightError('INPUT_FOREIGN', `${file} is not what data diff --segment prints`, {
      cause: error,
    });
  }
}
