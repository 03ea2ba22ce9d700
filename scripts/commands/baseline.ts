import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Baseline, BaselineEntry } from '../../contract/load/baseline.ts';
import { describeError, type ErrorCode, GreenlightError } from '../../contract/errors.ts';
import { EXIT, exitCodeOf } from '../../contract/exit-codes.ts';
import { worstOutcome } from '../../contract/evidence/outcome.ts';
import { readBaseline } from '../../load/compare/baseline-file.ts';
import {
  BASELINE_PERCENTILES,
  type BaselineAnswer,
  type BaselineOptions,
  type BaselinePercentile,
  compareBaseline,
} from '../../load/compare/compare-baseline.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';
import { DEFAULT_OUTPUT } from '../../run/asked-verdict.ts';
import {
  durationOption,
  FIRST_MINUTES_S,
  mustBeAfterCutover,
  timeOption,
} from '../baseline/after-cutover.ts';
import { makeBaseline } from '../../run/baseline/make-baseline.ts';
import { type MeasuredRun, readMeasuredRun } from '../../run/baseline/measured-run.ts';
import { renderAnswers, renderBaseline } from '../../run/baseline/render-baseline.ts';
import { weighAnswers } from '../../run/baseline/weigh-answers.ts';
import { type CommandContext, commandOf, repeated } from '../command-context.ts';
import { configuredKeys } from '../../signing/configured-keys.ts';
import type { VerificationKey } from '../../signing/key-file.ts';
import { publicHalves } from '../../signing/seal.ts';
import { baselineLevelsCommand } from './baseline-levels.ts';

/** What makes a comparison unknown. */
const UNREADABLE: readonly ErrorCode[] = [
  'BASELINE_INVALID',
  'EVIDENCE_CHANGED',
  'EVIDENCE_INVALID',
  'EVIDENCE_UNSEALED',
  'RUN_UNFINISHED',
];
const DEFAULT_FILE = 'greenlight.baseline.json';

interface FileOptions {
  readonly file: string;
  readonly json: boolean;
}

/** `greenlight baseline` */
export function baselineCommand(context: CommandContext): Command {
  return commandOf(
    'baseline',
    'Keep what a passing run measured under load, and hold later runs against it.',
    [
      'greenlight baseline save --from greenlight-report',
      'greenlight baseline show',
      'greenlight baseline compare --from greenlight-report --margin 0.25',
      'greenlight baseline levels save --cutover 2026-11-21T09:00:00Z --within 15m',
    ],
  )
    .addCommand(saveCommand(context))
    .addCommand(showCommand(context))
    .addCommand(compareCommand(context))
    .addCommand(baselineLevelsCommand(context));
}

function saveCommand(context: CommandContext): Command {
  return commandOf('save', 'Save the load of passing runs as the baseline.', [
    'greenlight baseline save --from greenlight-report',
    'greenlight baseline save --from monday --from tuesday --from wednesday --replace',
    'greenlight baseline save --from greenlight-report --cutover 2026-11-21T09:00:00Z --within 15m',
  ])
    .option(
      '--from <report>',
      `report directory of a run that answered GO; several show how much runs differ (default: ${DEFAULT_OUTPUT})`,
      repeated,
    )
    .option('--check <id>', 'only this load check; may be given again', repeated)
    .option(
      '--cutover <time>',
      'refuse load that was not made in the first minutes after it, ISO 8601',
      timeOption,
    )
    .option(
      '--within <time>',
      'with --cutover: how long these are, such as 15m',
      durationOption,
      FIRST_MINUTES_S,
    )
    .option('--file <file>', 'where the baseline goes', DEFAULT_FILE)
    .option('--replace', 'replace the baseline that is there', false)
    .option('--json', 'print the baseline as JSON', false)
    .action(
      (
        options: FileOptions & {
          readonly from?: readonly string[];
          readonly check?: readonly string[];
          readonly cutover?: Date;
          readonly within: number;
          readonly replace: boolean;
        },
      ) => {
        const { cwd, screen } = context;
        const file = path.resolve(cwd, options.file);
        if (existsSync(file) && !options.replace) {
          throw new GreenlightError('FILE_EXISTS', `${options.file} is there already`);
        }
        const runs = (options.from ?? [DEFAULT_OUTPUT]).map((directory) =>
          readMeasuredRun(cwd, directory, sealKeys(context)),
        );
        if (options.cutover !== undefined)
          mustBeAfterCutover(runs, options.check ?? [], options.cutover, options.within);
        const baseline = makeBaseline(runs, options.check ?? [], new Date().toISOString());
        writeFileAtomically(file, `${JSON.stringify(baseline, null, 2)}\n`);
        screen.out(options.json ? JSON.stringify(baseline, null, 2) : renderBaseline(baseline, options.file));
        context.finish(EXIT.GO);
      },
    );
}

function showCommand(context: CommandContext): Command {
  return commandOf('show', 'Show a baseline; one that was edited is refused.', ['greenlight baseline show'])
    .option('--file <file>', 'the baseline', DEFAULT_FILE)
    .option('--json', 'print it as JSON', false)
    .action(({ file, json }: FileOptions) => {
      const baseline = readBaseline(path.resolve(context.cwd, file));
      context.screen.out(json ? JSON.stringify(baseline, null, 2) : renderBaseline(baseline, file));
      context.finish(EXIT.GO);
    });
}

function compareCommand(context: CommandContext): Command {
  return commandOf(
    'compare',
    'Hold the load of a run against the baseline: 0 holds, 10 slower, 20 unknown.',
    [
      'greenlight baseline compare --from greenlight-report',
      'greenlight baseline compare --percentile p95 --percentile p99 --margin 0.5 --json',
    ],
  )
    .option('--from <report>', 'report directory of the run', DEFAULT_OUTPUT)
    .option('--file <file>', 'the baseline', DEFAULT_FILE)
    .option('--check <id>', 'only this load check; may be given again (default: all of the run)', repeated)
    .option('--margin <share>', 'how much slower it may be', shareOption, 0.25)
    .option('--floor <ms>', 'smaller differences are no failure', shareOption, 5)
    .option(
      '--error-margin <share>',
      'how much greater the share of failed requests may be',
      shareOption,
      0.01,
    )
    .addOption(
      new Option('--percentile <name...>', 'what is compared; each must be decided')
        .choices(BASELINE_PERCENTILES)
        .default(['p50', 'p95']),
    )
    .option('--json', 'print the answers as JSON', false)
    .action(
      (
        options: FileOptions & {
          readonly from: string;
          readonly check?: readonly string[];
          readonly margin: number;
          readonly floor: number;
          readonly errorMargin: number;
          readonly percentile: readonly BaselinePercentile[];
        },
      ) => {
        const { answers, run } = answersOf(context, options, {
          percentiles: options.percentile,
          margin: options.margin,
          floorMs: options.floor,
          errorMargin: options.errorMargin,
        });
        const outcome = worstOutcome(answers.map((answer) => answer.outcome));
        const { decision, checks } = weighAnswers(answers, run, new Date().toISOString());
        context.screen.out(
          options.json
            ? JSON.stringify(
                { schema: 'greenlight/baseline-comparison@1', outcome, decision, answers },
                null,
                2,
              )
            : renderAnswers(answers, checks),
        );
        context.finish(exitCodeOf(decision));
      },
    );
}

/** With a key in the environment, what it did not seal is no baseline and not held against one. */
function sealKeys({ cwd, env }: CommandContext): readonly VerificationKey[] {
  return publicHalves(configuredKeys(cwd, undefined, env).keys);
}

/** One answer for each check of the baseline. What cannot be read is an answer, too: unknown. */
function answersOf(
  context: CommandContext,
  {
    from,
    file,
    check: wanted,
  }: { readonly from: string; readonly file: string; readonly check?: readonly string[] },
  options: BaselineOptions,
): { readonly answers: readonly BaselineAnswer[]; readonly run: MeasuredRun | undefined } {
  let baseline: Baseline;
  let run: MeasuredRun;
  try {
    baseline = readBaseline(path.resolve(context.cwd, file));
    run = readMeasuredRun(context.cwd, from, sealKeys(context));
  } catch (error) {
    if (!(error instanceof GreenlightError) || !UNREADABLE.includes(error.code)) throw error;
    context.screen.err(describeError(error));
    const answer = { check: 'baseline', outcome: 'unknown', reason: error.message, percentiles: [] } as const;
    return { answers: [answer], run: undefined };
  }
  const unknown = (check: string, reason: string): BaselineAnswer => ({
    check,
    outcome: 'unknown',
    reason,
    percentiles: [],
  });
  // A check that is silently not compared would look as if it held.
  const checks = wanted ?? [
    ...new Set([...baseline.entries, ...run.checks.filter(isComparable)].map(({ check }) => check)),
  ];
  const answers = checks.map((check): BaselineAnswer => {
    const entry = baseline.entries.find((one) => one.check === check);
    const found = run.checks.find((one) => one.check === check);
    if (entry === undefined)
      return unknown(check, `the baseline holds nothing about it: save it, or name the others with --check`);
    const stale = staleBecause(entry, run);
    if (stale !== undefined) return unknown(check, stale);
    if (found === undefined) return unknown(check, `${from} holds no such load check`);
    if (found.finding === undefined) return unknown(check, 'it was not run');
    const { outcome, summary } = found.finding;
    if (outcome !== 'pass' && outcome !== 'fail')
      return unknown(check, `it measured nothing that counts: ${summary}`);
    if (found.measured === undefined)
      return unknown(check, `it does not say in what place it was measured: ${summary}`);
    return compareBaseline(entry, found.measured, options);
  });
  return { answers, run };
}

/** A ramp looks for its level anew each time, and so has no baseline. */
function isComparable({ finding }: MeasuredRun['checks'][number]): boolean {
  return (
    finding?.detail?.kind !== 'load' || finding.detail.stages?.some(({ name }) => name === 'step') !== true
  );
}

/** A report that was there before says nothing about now: the run that should be compared went elsewhere. */
function staleBecause({ runs }: BaselineEntry, { head, directory }: MeasuredRun): string | undefined {
  if (runs.some(({ run }) => run === head.run))
    return `the baseline was made from this very run (${head.run}), which is no later than itself`;
  const latest =
    runs.map(({ decidedAt }) => decidedAt).sort((a, b) => Date.parse(b) - Date.parse(a))[0] ?? '';
  return Date.parse(head.decidedAt) > Date.parse(latest)
    ? undefined
    : `the run in ${directory} (${head.decidedAt}) is older than the baseline (${latest})`;
}

function shareOption(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}
