import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import type { Phase } from '../../contract/evidence/outcome.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { loadConfig } from '../../host/load-config.ts';
import { rulesOf, sloOf } from '../../slo/planned-levels.ts';

/** `greenlight slo export` */
export function sloExportCommand(context: CommandContext): Command {
  return commandOf('export', "Write the plan's service levels as rules of the monitoring system.", [
    'greenlight slo export --prometheus > rules.yml && promtool check rules rules.yml',
  ])
    .option(...CONFIG_OPTION)
    .option('--prometheus', 'recording and alerting rules of Prometheus', false)
    .action(async (options: { readonly config?: string; readonly prometheus: boolean }, command: Command) => {
      if (!options.prometheus) throw new GreenlightError('NOT_SAID_WHAT', 'say for what: --prometheus');
      // Commander gives an option that both know to the outer command.
      const { config: named, phase } = command.optsWithGlobals<{ config?: string; phase?: Phase }>();
      const { plan } = await loadConfig(context.cwd, named);
      const slo = sloOf(plan);
      if (slo.source.adapter !== 'prometheus')
        throw new GreenlightError(
          'SOURCE_UNSUITABLE',
          `the service levels are read from ${slo.source.adapter}, not from Prometheus`,
        );
      // Lazy: no other command needs to write YAML.
      const { stringify } = await import('yaml');
      const rules = rulesOf(plan, phase);
      context.screen.out(
        `# Made by greenlight slo export from the plan of ${JSON.stringify(plan.target.name)}. Made anew, not edited.\n${stringify(rules, { lineWidth: 0, aliasDuplicateObjects: false })}`,
      );
      context.finish(EXIT.GO);
    });
}
