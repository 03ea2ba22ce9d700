import { type Command, Option } from 'commander';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { Phase } from '../../contract/evidence/outcome.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { evaluateSlo, openMetrics } from '../../slo/evaluate-slo.ts';
import { believed, judgeFindings, type Said } from '../../reporters/judge-findings.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { refuseLiveKeys } from '../../safety/live-keys.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { untilInterrupted } from '../data/two-databases.ts';
import { loadConfig } from '../../host/load-config.ts';
import { plannedLevels, sloOf } from '../../slo/planned-levels.ts';
import { type EvaluatedSlo, renderSlo } from '../slo/render-slo.ts';
import { sloExportCommand } from './slo-export.ts';
import { sloRulesCommand } from './slo-rules.ts';
import { sloTestAlertCommand } from './slo-test-alert.ts';

interface SloOptions {
  readonly config?: string;
  readonly phase?: Phase;
  readonly json: boolean;
}

/** `greenlight slo` */
export function sloCommand(context: CommandContext): Command {
  return commandOf('slo', "Evaluate the plan's service levels once, from the target's own metrics.", [
    'greenlight slo --config greenlight.config.mts',
    'greenlight slo --phase watch --json',
    'greenlight slo export --prometheus > rules.yml',
  ])
    .option(...CONFIG_OPTION)
    .addOption(
      new Option(
        '--phase <phase>',
        'only the levels of this phase (default: all, each as in post-cutover or else in its first phase)',
      ).choices(Phase.options),
    )
    .option('--json', 'print everything that was found as JSON', false)
    .addCommand(sloExportCommand(context))
    .addCommand(sloRulesCommand(context))
    .addCommand(sloTestAlertCommand(context))
    .action(async (options: SloOptions) => {
      const { plan } = await loadConfig(context.cwd, options.config);
      refuseLiveKeys(plan, context.env);
      context.screen.protect(redactorOf(plan, context.env));
      context.finish(await untilInterrupted(context.interrupted, () => evaluate(context, plan, options)));
    });
}

async function evaluate(context: CommandContext, plan: Plan, options: SloOptions): Promise<number> {
  const slo = sloOf(plan);
  const levels = plannedLevels(plan, options.phase);
  const metrics = openMetrics(slo.source, context.env, context.interrupted);
  const said: Said[] = [];
  for (const { objective, check, policy } of levels) {
    context.screen.transient(`asking for ${objective.id}`);
    said.push({ check, policy, finding: await evaluateSlo(metrics, slo, objective) });
  }
  const { decision, checks } = judgeFindings(said, new Date().toISOString());
  const evaluated = said.flatMap(({ finding }, index): EvaluatedSlo[] => {
    const result = checks[index];
    if (result === undefined) return [];
    const { title, severity, waiver } = result;
    return [{ title, severity, waiver, finding: believed(finding, result) }];
  });
  context.screen.out(
    options.json
      ? JSON.stringify({ schema: 'greenlight/slo@1', target: plan.target.name, levels: evaluated }, null, 2)
      : renderSlo(evaluated),
  );
  return exitCodeOf(decision);
}
