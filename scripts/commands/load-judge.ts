import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { describeFinding, type Finding } from '../../contract/evidence/finding.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import { runnersFinding } from '../../load/engines/k6-operator/runners-finding.ts';
import { RunnerOrder } from '../../load/engines/k6-operator/runner-order.ts';
import { believed, judgeFindings } from '../../reporters/judge-findings.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { type CommandContext, commandOf } from '../command-context.ts';

const WORDS: Record<Outcome, string> = {
  pass: 'holds',
  fail: 'BROKEN',
  unknown: 'unknown',
  'not-applicable': 'unknown',
};

/** `greenlight load judge` */
export function loadJudgeCommand(context: CommandContext): Command {
  return commandOf(
    'judge',
    'Judge what all runners of an exported load measured: 0 holds, 10 broken, 20 unknown.',
    ['greenlight load judge load-test', 'greenlight load judge load-test --json --max-age-minutes 1440'],
  )
    .argument('<directory>', 'what load export wrote, and collect.sh collected into')
    .option('--max-age-minutes <n>', 'older load says nothing about what runs now', minutes, 60)
    .option('--json', 'print the finding with everything that was measured as JSON', false)
    .action(
      async (directory: string, options: { readonly maxAgeMinutes: number; readonly json: boolean }) => {
        const at = path.resolve(context.cwd, directory);
        const order = readOrder(at, directory);
        const { maxAgeMinutes } = options;
        const folder = path.join(at, 'runners');
        const now = new Date();
        const measured = await runnersFinding(order, folder, { now, maxAgeMinutes });
        const { decision, checks } = judgeFindings(
          [{ check: order.planned, policy: order.policy, finding: measured }],
          now.toISOString(),
        );
        const [result] = checks;
        const finding = result === undefined ? measured : believed(measured, result);
        context.screen.out(
          options.json
            ? JSON.stringify(
                { schema: 'greenlight/load-judgement@1', target: order.target, finding },
                null,
                2,
              )
            : [...render(order, finding), ...withoutWeight(result)].join('\n'),
        );
        context.finish(exitCodeOf(decision));
      },
    );
}

function readOrder(at: string, directory: string): RunnerOrder {
  try {
    return RunnerOrder.parse(JSON.parse(readFileSync(path.join(at, 'order.json'), 'utf8')));
  } catch (error) {
    throw new GreenlightError('INPUT_FOREIGN', `${directory} is not what load export wrote`, {
      cause: error,
    });
  }
}

function render({ parallelism, name }: RunnerOrder, finding: Finding): readonly string[] {
  const title = `${finding.check}: ${WORDS[finding.outcome]} (${parallelism} runners of ${name})`;
  return [
    title,
    ...describeFinding(finding)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/** Why the answer is no reason to roll back, nor to stay, by the plan that was exported. */
function withoutWeight(result: CheckResult | undefined): readonly string[] {
  if (result?.severity === 'advisory') return ['  The plan has it as advisory: it decides nothing (20).'];
  const { waiver } = result ?? {};
  return waiver ? [`  Waived by ${waiver.owner} until ${waiver.until}: ${waiver.reason} (20).`] : [];
}

function minutes(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of minutes.');
}
