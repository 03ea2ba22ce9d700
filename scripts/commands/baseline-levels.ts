import { Unavailable } from '../../contract/cannot-tell.ts';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import { EXIT, exitCodeOf } from '../../contract/exit-codes.ts';
import type { LevelBaseline, LevelNorm } from '../../contract/slo/level-baseline.ts';
import { type Decision, worstOutcome } from '../../contract/evidence/outcome.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { type MetricsPort } from '../../contract/ports/metrics.ts';
import type { Slo, SloLevel } from '../../contract/slo/slo.ts';
import { readLevelBaseline, sealBaseline } from '../../load/compare/baseline-file.ts';
import { prometheusOf } from '../../slo/sources/open-prometheus.ts';
import { compareNorm, type LevelAnswer, readNorm } from '../../slo/level-norm.ts';
import { createPrometheus } from '../../slo/sources/prometheus.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';
import { judgeFindings } from '../../reporters/judge-findings.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { durationOption, FIRST_MINUTES_S, timeOption } from '../baseline/after-cutover.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, repeated } from '../command-context.ts';
import { loadConfig } from '../../host/load-config.ts';
import { ownVersion } from '../../host/package-root.ts';
import { plannedLevels, sloOf } from '../../slo/planned-levels.ts';

const DEFAULT_FILE = 'greenlight.levels.json';

interface LevelsOptions {
  readonly config?: string;
  readonly file: string;
  readonly json: boolean;
}

/** `greenlight baseline levels` */
export function baselineLevelsCommand(context: CommandContext): Command {
  return commandOf(
    'levels',
    "Keep the target's own service levels of the first minutes after a cut-over, and hold later minutes against them.",
    [
      'greenlight baseline levels save --cutover 2026-11-21T09:00:00Z --within 15m',
      'greenlight baseline levels compare --margin 0.01',
    ],
  )
    .addCommand(saveCommand(context))
    .addCommand(compareCommand(context));
}

function saveCommand(context: CommandContext): Command {
  return commandOf('save', 'Save the levels of the first minutes after a cut-over, from Prometheus.', [
    'greenlight baseline levels save --cutover 2026-11-21T09:00:00Z',
    'greenlight baseline levels save --cutover 2026-11-21T09:00:00Z --within 30m --level errors-are-few --replace',
  ])
    .requiredOption('--cutover <time>', 'when all traffic came to the new system, ISO 8601', timeOption)
    .option('--within <time>', 'how long after it, such as 15m', durationOption, FIRST_MINUTES_S)
    .option('--level <id>', 'only this level; may be given again (default: all with a share)', repeated)
    .option(...CONFIG_OPTION)
    .option('--file <file>', 'where it goes', DEFAULT_FILE)
    .option('--replace', 'replace what is there', false)
    .option('--json', 'print it as JSON', false)
    .action(
      async (
        options: LevelsOptions & {
          readonly cutover: Date;
          readonly within: number;
          readonly level?: readonly string[];
          readonly replace: boolean;
        },
      ) => {
        const file = path.resolve(context.cwd, options.file);
        if (existsSync(file) && !options.replace) {
          throw new GreenlightError('FILE_EXISTS', `${options.file} is there already`);
        }
        const { plan, slo, metrics } = await storeOf(context, options.config);
        const toS = options.cutover.getTime() / 1000 + options.within;
        await unknownWithoutStore(context, async () => {
          await mustBeOver(metrics, toS);
          const levels: LevelNorm[] = [];
          const problems: Problem[] = [];
          for (const level of levelsOf(slo, options.level)) {
            const norm = await readNorm(metrics, slo, level, { toS, windowS: options.within }, true);
            if (typeof norm !== 'string') levels.push(norm);
            else {
              const remedy = 'correct it, or name the levels that the baseline should hold with --level';
              problems.push({ path: level.id, value: 'no norm', problem: norm, remedy });
            }
          }
          if (problems.length > 0) {
            throw new GreenlightError('BASELINE_REFUSED', 'these minutes cannot be a baseline', { problems });
          }
          const baseline: LevelBaseline = sealBaseline({
            schema: 'greenlight/level-baseline@1' as const,
            savedAt: new Date().toISOString(),
            greenlight: ownVersion(),
            target: plan.target.name,
            cutoverAt: options.cutover.toISOString(),
            withinS: options.within,
            levels,
          });
          writeFileAtomically(file, `${JSON.stringify(baseline, null, 2)}\n`);
          context.screen.out(options.json ? JSON.stringify(baseline, null, 2) : rendered(baseline));
          return EXIT.GO;
        });
      },
    );
}

function compareCommand(context: CommandContext): Command {
  return commandOf(
    'compare',
    'Hold the last minutes, as many as the baseline has, against it: 0 holds, 10 worse, 20 unknown.',
    ['greenlight baseline levels compare', 'greenlight baseline levels compare --margin 0.005 --json'],
  )
    .option(...CONFIG_OPTION)
    .option('--file <file>', 'the baseline', DEFAULT_FILE)
    .option('--margin <share>', 'how much greater the share of bad events may be', shareOption, 0.01)
    .option('--json', 'print the answers as JSON', false)
    .action(async (options: LevelsOptions & { readonly margin: number }) => {
      const { plan, slo, metrics } = await storeOf(context, options.config);
      await unknownWithoutStore(context, async () => {
        const baseline = readLevelBaseline(path.resolve(context.cwd, options.file));
        const toS = await metrics.now();
        const answers: LevelAnswer[] = [];
        for (const then of baseline.levels) {
          const unknown = (reason: string): LevelAnswer => ({
            level: then.level,
            outcome: 'unknown',
            reason,
            events: 0,
          });
          const [level] = levelsOf(slo).filter(({ id }) => id === then.level);
          if (baseline.target !== plan.target.name)
            answers.push(unknown(`not like with like: ${baseline.target} then, ${plan.target.name} now`));
          else if (level === undefined) answers.push(unknown('the plan has no such level any more'));
          else if (toS - baseline.withinS < Date.parse(baseline.cutoverAt) / 1000 + baseline.withinS)
            answers.push(unknown('the last minutes are still those of the baseline'));
          else {
            const now = await readNorm(metrics, slo, level, { toS, windowS: baseline.withinS }, false);
            answers.push(typeof now === 'string' ? unknown(now) : compareNorm(then, now, options.margin));
          }
        }
        const outcome = worstOutcome(answers.map((answer) => answer.outcome));
        context.screen.out(
          options.json
            ? JSON.stringify({ schema: 'greenlight/level-comparison@1', outcome, answers }, null, 2)
            : answers
                .map(({ level, outcome: said, reason }) => `${WORDS[said]}  ${level}: ${reason}`)
                .join('\n'),
        );
        return exitCodeOf(weighLevels(plan, answers));
      });
    });
}

const WORDS: Record<LevelAnswer['outcome'], string> = { pass: 'holds', fail: 'WORSE', unknown: 'unknown' };

async function storeOf(
  context: CommandContext,
  named: string | undefined,
): Promise<{ readonly plan: Plan; readonly slo: Slo; readonly metrics: MetricsPort }> {
  const { plan } = await loadConfig(context.cwd, named);
  context.screen.protect(redactorOf(plan, context.env));
  const slo = sloOf(plan);
  if (slo.source.adapter !== 'prometheus') {
    throw new GreenlightError(
      'SOURCE_UNSUITABLE',
      `the service levels are read from ${slo.source.adapter}; only Prometheus is asked about a time of the past`,
    );
  }
  return { plan, slo, metrics: createPrometheus(prometheusOf(slo.source, context.env, context.interrupted)) };
}

/** As `greenlight slo` weighs them; a level that the plan does not have any more is not known. */
function weighLevels(plan: Plan, answers: readonly LevelAnswer[]): Decision {
  const planned = plannedLevels(plan, undefined);
  const said = answers.flatMap(({ level, outcome, reason, events }) => {
    const found = planned.find(({ check }) => check.id === level);
    if (found === undefined) return [];
    const { policy } = found;
    // The plan's own floor counts; the number of events that its limit needs is about another question than this one.
    const floor = new Map(Object.entries(policy.sampleFloors)).get(level) ?? 0;
    const check = { ...found.check, sampleFloor: floor };
    return [{ check, policy, finding: { check: level, outcome, summary: reason, sampleSize: events } }];
  });
  if (said.length < answers.length) return 'INCONCLUSIVE';
  return judgeFindings(said, new Date().toISOString()).decision;
}

/** Levels that are one share of one window; what an error budget is spent on is not one. */
function levelsOf(slo: Slo, named: readonly string[] = []): readonly SloLevel[] {
  const levels = slo.objectives.filter(
    (one): one is SloLevel => one.kind !== 'burn-rate' && one.kind !== 'error-budget',
  );
  const missing = named.find((id) => !levels.some((level) => level.id === id));
  if (missing !== undefined || levels.length === 0) {
    throw new GreenlightError(
      'NAME_UNKNOWN',
      `--level: the plan has no level ${missing ?? ''} with a share`,
      {
        hint: `It has: ${levels.map(({ id }) => id).join(', ') || 'none'}.`,
      },
    );
  }
  return named.length === 0 ? levels : levels.filter(({ id }) => named.includes(id));
}

async function mustBeOver(metrics: MetricsPort, toS: number): Promise<void> {
  const leftS = Math.ceil(toS - (await metrics.now()));
  if (leftS <= 0) return;
  throw new GreenlightError('BASELINE_REFUSED', `the first minutes are not over yet: ${leftS} s are left`);
}

/** A store that does not answer is no evidence. */
async function unknownWithoutStore(context: CommandContext, work: () => Promise<number>): Promise<void> {
  try {
    context.finish(await work());
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    context.screen.out(`nobody can tell: ${error.message}\n${error.remedy ?? ''}`);
    context.finish(exitCodeOf('INCONCLUSIVE'));
  }
}

function rendered({ levels, cutoverAt, withinS, target, digest }: LevelBaseline): string {
  const rows = levels.map(
    ({ level, kind, bad, total }) =>
      `  ${level} (${kind}): ${Number(((bad / total) * 100).toFixed(2))} % of ${Math.round(total)}`,
  );
  return [`${target}, ${withinS} s from ${cutoverAt}`, digest, ...rows].join('\n');
}

function shareOption(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be a share between 0 and 1.');
}
