import path from 'node:path';
import type { Command } from 'commander';
import { canonicalJson } from '../../contract/evidence/canonical.ts';
import { checksOf, type PlannedCheck } from '../../contract/plan/checks.ts';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/evidence/evidence.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { pathText } from '../../contract/plan/plan.ts';
import { policyOf } from '../../contract/plan/people.ts';
import { Policy } from '../../contract/verdict/policy.ts';
import { type CommandContext, commandOf, repeated } from '../command-context.ts';
import { judge } from '../../reporters/judge.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { decisionTimeOf } from '../../run/decision-time.ts';
import { loadConfig } from '../../host/load-config.ts';
import { readEvidence } from '../../run/read-evidence.ts';
import { readText } from '../../host/read-report.ts';
import { noteUnsealed, showVerdict } from '../show-verdict.ts';
import { configuredKeys, SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import { readVerificationKey } from '../../signing/key-file.ts';
import { publicHalves } from '../../signing/seal.ts';

interface JudgeOptions {
  readonly at?: string;
  readonly config?: string;
  readonly policy?: string;
  readonly key?: readonly string[];
  readonly json: boolean;
}

/** `greenlight judge` */
export function judgeCommand(context: CommandContext): Command {
  return commandOf('judge', 'Judge the evidence of a run again, offline. Writes nothing, sends nothing.', [
    'greenlight judge greenlight-report/evidence.json',
    'greenlight judge evidence.json --at 2026-11-21T09:00:00Z --json',
    'greenlight judge evidence.json --config greenlight.config.mts',
    'greenlight judge evidence.json --policy policy.json --json',
  ])
    .argument('<evidence>', 'evidence.json of a run')
    .option(
      '--at <time>',
      'judge as of this time, ISO 8601 (default: the time of the decision in the evidence)',
    )
    .option('-c, --config <file>', 'refuse the evidence unless it belongs to this plan')
    .option('--policy <file>', 'refuse the evidence unless this was its policy, as JSON')
    .option(
      '--key <file>',
      `refuse the evidence unless this public key sealed it; may be given again (also with $${SIGNING_KEY_ENV})`,
      repeated,
    )
    .option('--json', 'print the verdict as JSON', false)
    .action(async (file: string, options: JudgeOptions) => {
      const keys = [
        ...(options.key ?? []).map((name) => readVerificationKey(path.resolve(context.cwd, name))),
        ...publicHalves(configuredKeys(context.cwd, undefined, context.env).keys),
      ];
      const { evidence, text } = readEvidence(path.resolve(context.cwd, file), file, keys);
      if (options.policy !== undefined) mustHavePolicy(evidence, context.cwd, options.policy);
      if (options.config !== undefined) await mustBelongTo(evidence, context.cwd, options.config);
      const verdict = judge(evidence, decisionTime(evidence, options.at), sha256Of(text));
      showVerdict(context.screen, verdict, options.json);
      noteUnsealed(context.screen, file, keys.length);
      context.finish(exitCodeOf(verdict.decision));
    });
}

function decisionTime(evidence: Evidence, at: string | undefined): string {
  // Repeatable: the same evidence gives the same verdict on any day, unless another day is asked for.
  if (at === undefined) return decisionTimeOf(evidence);
  const time = new Date(at);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new GreenlightError(
    'OPTION_INVALID',
    `--at: "${at}" is no time; ISO 8601 is needed, such as 2026-11-21T09:00:00Z`,
  );
}

/** @throws GreenlightError EVIDENCE_OTHER_PLAN that names every difference, USAGE when the file is no policy */
function mustHavePolicy(evidence: Evidence, cwd: string, file: string): void {
  const policy = parsePolicy(readText(path.resolve(cwd, file)), file);
  const problems = differences('policy', evidence.policy, policy);
  if (problems.length === 0) return;
  throw new GreenlightError('EVIDENCE_OTHER_PLAN', `it was collected for another policy than ${file}`, {
    problems,
  });
}

function parsePolicy(text: string, file: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GreenlightError('POLICY_INVALID', `--policy: ${file} is not JSON`, { cause });
  }
  const parsed = Policy.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: at, message }): Problem => {
    return { path: pathText(at) || '(policy)', value: file, problem: message, remedy: 'correct it' };
  });
  throw new GreenlightError('POLICY_INVALID', `--policy: ${file} is no policy`, { problems });
}

/** @throws GreenlightError EVIDENCE_OTHER_PLAN that names every difference that can be named */
async function mustBelongTo(evidence: Evidence, cwd: string, config: string): Promise<void> {
  const { plan, file, digest } = await loadConfig(cwd, config);
  const policy = policyOf(plan, evidence.run.phase);
  const problems = [
    ...differences('policy', evidence.policy, policy),
    ...differences('target.urls', evidence.subject.urls, plan.target.urls),
    ...manifestDifferences(evidence, checksOf(plan, evidence.run.phase)),
  ];
  if (evidence.subject.target !== plan.target.name) {
    problems.push(difference('target.name', evidence.subject.target, plan.target.name));
  }
  if (evidence.planDigest === digest && problems.length === 0) return;
  if (problems.length === 0) problems.push(difference('the digest of the plan', evidence.planDigest, digest));
  throw new GreenlightError('EVIDENCE_OTHER_PLAN', `it was collected for another plan than ${file}`, {
    problems,
  });
}

function manifestDifferences(evidence: Evidence, planned: readonly PlannedCheck[]): Problem[] {
  const byId = (manifest: readonly PlannedCheck[]): Record<string, unknown> =>
    Object.fromEntries(manifest.map((check) => [check.id, check]));
  return differences('checks', byId(evidence.manifest), byId(planned));
}

function differences(
  path: string,
  then: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Problem[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .filter((key) => canonicalJson(then[key]) !== canonicalJson(now[key]))
    .map((key) => difference(`${path}.${key}`, then[key], now[key]));
}

function difference(path: string, then: unknown, now: unknown): Problem {
  return {
    path,
    value: now === undefined ? 'nothing' : canonicalJson(now),
    problem: 'is not what the run had',
    remedy: then === undefined ? 'the run had nothing here' : `the run had ${canonicalJson(then)}`,
  };
}
