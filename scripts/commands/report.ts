import path from 'node:path';
import type { Command } from 'commander';
import { makeAllureReport } from '../../reporters/publishers/allure.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { readVerdict } from '../../host/read-report.ts';
import { renderReport } from '../../run/render-report.ts';
import { reportFiles } from '../../host/report-files.ts';
import { showVerdict } from '../show-verdict.ts';

interface ReportOptions {
  readonly output: string;
  readonly allure: boolean;
  readonly json: boolean;
}

/** `greenlight report`. Its exit code says whether the report was made, not what the verdict is. */
export function reportCommand(context: CommandContext): Command {
  return commandOf('report', 'Render the report of a run again from its verdict.json.', [
    'greenlight report',
    'greenlight report --output /mnt/reports/tonight --allure',
  ])
    .option('-o, --output <directory>', 'the report directory', 'greenlight-report')
    .option('--allure', 'also make a single-file Allure report (needs Java)', false)
    .option('--json', 'print the verdict as JSON', false)
    .action(async (options: ReportOptions) => {
      const files = reportFiles(path.resolve(context.cwd, options.output));
      const verdict = readVerdict(files.verdict);
      for (const [file, text] of renderReport(verdict, files)) {
        writeFileAtomically(file, text);
        context.screen.err(`wrote ${file}`);
      }
      if (options.allure) {
        const made = await makeAllureReport({
          results: files.allureResults,
          report: files.allureReport,
          env: context.env,
        });
        context.screen.err(`wrote ${made}`);
      }
      showVerdict(context.screen, verdict, options.json);
      context.finish(EXIT.GO);
    });
}
