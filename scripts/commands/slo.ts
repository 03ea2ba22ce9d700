import { type Command, Option } from 'commander';
import { checksOf } from '../../contract/checks.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { Finding } from '../../contract/finding.ts';
import { Phase } from '../../contract/outcome.ts';
import type { Plan } from '../../contract/plan.ts';
import type { Slo, SloObjective } from '../../contract/slo.ts';
import { evaluateSlo, openMetrics } from '../../load/slo/evaluate-slo.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { refuseLiveKeys } from '../../safety/live-keys.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { untilInterrupted } from '../data/two-databases.ts';
import { loadConfig } from '../load-config.ts';
import { type EvaluatedSlo, renderSlo } from '../slo/render-slo.ts';
import { sloExportCommand } from './slo-export.ts';
import { sloRulesCommand } from './slo-rules.ts';
import { sloTestAlertCommand } from './slo-test-alert.ts';

interface SloOptions {
  readonly plan?: string;
  readonly phase?: Phase;
  readonly json: boolean;
}

/** `greenlight slo` */
export function sloCommand(context: CommandContext): Command {
  return commandOf('slo', "Evaluate the plan's service levels once, from the target's own metrics.", [
    'greenlight slo --plan greenlight.config.mts',
    'greenlight slo --phase watch --json',
    'greenlight slo export --prometheus > rules.yml',
  ])
    .option('--plan <file>', 'the plan (default: greenlight.config.* here or above)')
    .addOption(
      new Option('--phase <phase>', 'only the levels of this phase (default: all of them)').choices(
        Phase.options,
      ),
    )
    .option('--json', 'print everything that was found as JSON', false)
    .addCommand(sloExportCommand(context))
    .addCommand(sloRulesCommand(context))
    .addCommand(sloTestAlertCommand(context))
    .action(async (options: SloOptions) => {
      const { plan } = await loadConfig(context.cwd, options.plan);
      refuseLiveKeys(plan, context.env);
      context.screen.protect(redactorOf(plan, context.env));
      context.finish(await untilInterrupted(context.interrupted, () => evaluate(context, plan, options)));
    });
}

async function evaluate(context: CommandContext, plan: Plan, options: SloOptions): Promise<number> {
  const slo = sloOf(plan);
  const objectives = slo.objectives.filter(
    ({ phases }) => options.phase === undefined || phases.includes(options.phase),
  );
  if (objectives.length === 0) {
    throw new GreenlightError('USAGE', `the plan has no service level for the phase ${options.phase ?? ''}`);
  }
  const metrics = openMetrics(slo.source, context.env, context.interrupted);
  const evaluated: EvaluatedSlo[] = [];
  for (const objective of objectives) {
    context.screen.transient(`asking for ${objective.id}`);
    evaluated.push(weigh(plan, objective, await evaluateSlo(metrics, slo, objective), options.phase));
  }
  context.screen.out(
    options.json
      ? JSON.stringify({ schema: 'greenlight/slo@1', target: plan.target.name, levels: evaluated }, null, 2)
      : renderSlo(evaluated),
  );
  return exitCodeOf(evaluated);
}

/** What the policy of the phase makes of a finding: whether it decides, and whether it saw enough. */
function weigh(
  plan: Plan,
  objective: SloObjective,
  finding: Finding,
  named: Phase | undefined,
): EvaluatedSlo {
  const phase = named ?? objective.phases[0];
  const planned = phase && checksOf(plan, phase).find(({ id }) => id === objective.id);
  if (!planned) throw new GreenlightError('INTERNAL', `the service level ${objective.id} is not planned`);
  const { title, severity, sampleFloor } = planned;
  const seen = finding.sampleSize ?? 0;
  if (finding.outcome !== 'pass' || seen >= sampleFloor) return { title, severity, finding };
  const summary = `${finding.summary}, but only ${seen} samples: the policy needs ${sampleFloor}`;
  return { title, severity, finding: { ...finding, outcome: 'unknown', cause: 'sample-floor', summary } };
}

/** The service levels of a plan. @throws GreenlightError USAGE when it has none */
export function sloOf(plan: Plan): Slo {
  if (plan.slo !== undefined) return plan.slo;
  throw new GreenlightError('USAGE', 'the plan has no service levels', {
    hint: 'Add slo: { source, up, objectives }; see docs/concepts.md.',
  });
}

/** Advisory levels are shown and decide nothing; where all are advisory, nothing was decided. */
function exitCodeOf(levels: readonly EvaluatedSlo[]): number {
  const outcomes = levels
    .filter(({ severity }) => severity === 'blocking')
    .map(({ finding }) => finding.outcome);
  if (outcomes.includes('fail')) return EXIT.NO_GO;
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'pass') ? EXIT.GO : EXIT.INCONCLUSIVE;
}
