import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { dashboard } from '../../contract/export/dashboard.ts';
import { runRulesOf } from '../../contract/export/run-rules.ts';
import { Duration, durationMs } from '../../contract/plan/duration.ts';
import { loadConfig } from '../../host/load-config.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';

interface ExportOptions {
  readonly config?: string;
  readonly rules: boolean;
  readonly dashboard: boolean;
  readonly every: string;
}

/** `greenlight export` */
export function exportCommand(context: CommandContext): Command {
  return commandOf('export', 'Write what a monitoring system makes of the numbers of scheduled runs.', [
    'greenlight export --rules > greenlight-rules.yml && promtool check rules greenlight-rules.yml',
    'greenlight export --dashboard > greenlight-dashboard.json',
  ])
    .option(...CONFIG_OPTION)
    .option('--rules', 'alerting rules of Prometheus: a check is broken, we are blind, nobody looks', false)
    .option('--dashboard', 'a dashboard of Grafana', false)
    .option('--every <time>', 'how often the schedule starts a run: 5m, 1h', '5m')
    .action(async (options: ExportOptions) => {
      if (options.rules === options.dashboard)
        throw new GreenlightError('NOT_SAID_WHAT', 'say what to write: --rules or --dashboard');
      const every = Duration.safeParse(options.every);
      if (!every.success || durationMs(every.data) < 1000)
        throw new GreenlightError('OPTION_INVALID', `--every ${options.every} is no span of time such as 5m`);
      const { plan } = await loadConfig(context.cwd, options.config);
      context.screen.protect(redactorOf(plan, context.env));
      if (options.dashboard) context.screen.out(JSON.stringify(dashboard(plan.target.name), null, 2));
      else {
        // Lazy: no other command needs to write YAML.
        const { stringify } = await import('yaml');
        const rules = runRulesOf(plan, 'synthetic', durationMs(every.data) / 1000);
        context.screen.out(
          `# Made by greenlight export from the plan of ${JSON.stringify(plan.target.name)}. Made anew, not edited.\n${stringify(rules, { lineWidth: 0, aliasDuplicateObjects: false })}`,
        );
      }
      context.finish(EXIT.GO);
    });
}
