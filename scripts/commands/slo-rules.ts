import { Unavailable } from '../../contract/cannot-tell.ts';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { prometheusOf } from '../../slo/sources/open-prometheus.ts';
import { rulesLoaded } from '../../slo/rules-loaded.ts';
import { redactorOf } from '../../safety/redactor.ts';
import type { Phase } from '../../contract/evidence/outcome.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { loadConfig } from '../../host/load-config.ts';
import { rulesOf, sloOf } from '../../slo/planned-levels.ts';

/** `greenlight slo rules --check` */
export function sloRulesCommand(context: CommandContext): Command {
  return commandOf('rules', 'Look whether Prometheus has loaded the rules that slo export wrote.', [
    'greenlight slo rules --check --config greenlight.config.mts',
  ])
    .option(...CONFIG_OPTION)
    .option(
      '--check',
      'compare each rule with what Prometheus has: 0 all loaded, 20 not all or nobody can tell',
      false,
    )
    .action(async (options: { readonly config?: string; readonly check: boolean }, command: Command) => {
      if (!options.check) throw new GreenlightError('NOT_SAID_WHAT', 'say what to do: --check');
      const { config: named, phase } = command.optsWithGlobals<{ config?: string; phase?: Phase }>();
      const { plan } = await loadConfig(context.cwd, named);
      context.screen.protect(redactorOf(plan, context.env));
      const slo = sloOf(plan);
      if (slo.source.adapter !== 'prometheus')
        throw new GreenlightError(
          'SOURCE_UNSUITABLE',
          `the service levels are read from ${slo.source.adapter}, not from Prometheus`,
        );
      try {
        const store = prometheusOf(slo.source, context.env, context.interrupted);
        const answers = await rulesLoaded(store, rulesOf(plan, phase));
        const wrong = answers.filter(({ state }) => state !== 'loaded');
        for (const { group, rule, state, why } of wrong)
          context.screen.out(`${state.padEnd(8)} ${group}: ${rule}${why === undefined ? '' : `: ${why}`}`);
        context.screen.out(
          `${answers.length - wrong.length} of ${answers.length} rules are loaded and evaluated`,
        );
        // Rules that are missing say nothing about the target: nobody would hear of a breach.
        context.finish(exitCodeOf(wrong.length === 0 && answers.length > 0 ? 'GO' : 'INCONCLUSIVE'));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        context.screen.out(`nobody can tell: ${error.message}\n${error.remedy ?? ''}`);
        context.finish(exitCodeOf('INCONCLUSIVE'));
      }
    });
}
