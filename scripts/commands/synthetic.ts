import path from 'node:path';
import type { Command } from 'commander';
import { parseReportUrl } from '../../gate/serve-options.ts';
import { isNews, passMessage } from '../../reporters/history/pass-message.ts';
import { askVerdict, PASS_OUTPUT } from '../../run/asked-verdict.ts';
import type { Screen } from '../../safety/screen.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, filled } from '../command-context.ts';
import { locationOf, locationOption } from '../history/location-option.ts';
import { releaseOf } from '../people/release-option.ts';

interface SyntheticOptions {
  readonly config?: string;
  readonly playwright?: string;
  readonly release?: string;
  readonly commit?: string;
  readonly output: string;
  readonly state?: string;
  readonly location?: string;
  readonly cutover?: string;
  readonly reportUrl?: string;
  readonly changesOnly: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
}

const PHASE = 'synthetic';

/** `greenlight synthetic`: silent on both streams while nothing changes and nothing is wrong, as cron has it. */
export function syntheticCommand(context: CommandContext): Command {
  return commandOf(
    'synthetic',
    'One pass of the phase synthetic, for a schedule: says nothing while all is well and as before.',
    [
      'greenlight synthetic',
      'greenlight synthetic --location frankfurt --state /var/lib/greenlight',
      '*/5 * * * * cd /srv/checks && node_modules/.bin/greenlight synthetic --changes-only     # of a crontab',
    ],
  )
    .option(...CONFIG_OPTION)
    .option(
      '--playwright <file>',
      'the Playwright configuration (default: playwright.config.* beside the plan)',
    )
    .option('--release <id>', 'the release that should be running (default: any)')
    .option('--commit <sha>', 'its commit')
    .option('-o, --output <directory>', 'where the report of the last pass goes', PASS_OUTPUT)
    .option('--state <directory>', 'ledger, leases and history (default: .greenlight beside the plan)')
    .addOption(locationOption())
    .option('--cutover <id>', 'the cut-over that the pass belongs to, for the history', filled)
    .option(
      '--report-url <url>',
      'where the report can be read, for the messages of `notify`; {run} stands for the run',
    )
    .option('--changes-only', 'say nothing either while the same is wrong as before', false)
    .option('--verbose', 'show what is going on', false)
    .option('--json', 'print the record of the pass as JSON, whatever it says', false)
    .addHelpText(
      'after',
      '\nWhat there is to say goes to standard error and begins with the decision. The exit code is that of what was asked;\n' +
        '0 also when another run works on the target, or nothing is due yet: then nothing was asked, and the history says so.',
    )
    .action(async (options: SyntheticOptions) => {
      const quiet = quietScreen(context.screen);
      const screen = options.verbose ? context.screen : quiet.screen;
      try {
        const { pass } = await import('../../run/synthetic/pass.ts');
        const end = await pass(
          {
            ...options,
            phase: PHASE,
            keepGoing: false,
            wanted: releaseOf(options) ?? null,
            location: locationOf(options, context.env),
            reportOf: parseReportUrl(options.reportUrl),
            cwd: context.cwd,
            env: context.env,
          },
          screen,
          context.interrupted,
        );
        const news = { ...end, report: path.join(options.output, 'index.html') };
        if (isNews(news, options.changesOnly)) {
          context.screen.err(passMessage(news));
          for (const warning of quiet.warnings()) context.screen.err(`  ${warning}`);
        }
        if (options.json) context.screen.out(JSON.stringify(end.record, null, 2));
        context.finish(end.exitCode);
      } catch (error) {
        refuse(context, options.output, error);
        throw error;
      }
    });
}

/** No verdict of an earlier pass may stand where this one could not even begin. */
function refuse(context: CommandContext, output: string, error: unknown): void {
  const asked = askVerdict(context, output, { phase: PHASE });
  asked.refuse(error);
  asked.done();
}

/** A screen that shows nothing, and remembers what a reader of the message should know. */
function quietScreen(screen: Screen): {
  readonly screen: Screen;
  readonly warnings: () => readonly string[];
} {
  const said: string[] = [];
  return {
    screen: {
      ...screen,
      terminal: false,
      out: () => undefined,
      err: (text) => void said.push(text),
      command: () => undefined,
      transient: () => undefined,
    },
    warnings: () => said.filter((text) => text.startsWith('warning: ')),
  };
}
