import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { checksOf, type PlannedCheck } from '../contract/checks.ts';
import { GreenlightError } from '../contract/errors.ts';
import type { Evidence } from '../contract/evidence.ts';
import { mergePolicy } from '../contract/policy.ts';
import type { Plan } from '../contract/plan.ts';
import type { RunContext } from '../contract/run-context.ts';
import { type Redactor, redactorOf } from '../safety/redactor.ts';
import { findPlaywright, type PlaywrightInstall } from './find-playwright.ts';
import { digestOf } from './load-config.ts';
import { loadRunnablePlan } from './load-runnable-plan.ts';
import { ownVersion } from './package-root.ts';
import { type ReportFiles, reportFiles } from './report-files.ts';
import { refuseBlindTls } from './refuse-blind-tls.ts';
import { runDirectoryOf } from './run-directory.ts';
import type { RunRequest } from './run-request.ts';

/** All that is known before anything is touched. */
export interface PreparedRun {
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly playwright: PlaywrightInstall;
  readonly redactor: Redactor;
  readonly files: ReportFiles;
  readonly manifest: readonly PlannedCheck[];
  /** Without the index of the session. */
  readonly context: Omit<RunContext, 'session'>;
  /** The parts of the evidence that are fixed from the start. */
  readonly head: Pick<Evidence, 'schema' | 'run' | 'subject' | 'planDigest' | 'policy' | 'policyDigest'>;
  /** Milliseconds since 1970. */
  readonly deadlineAt: number;
}

/**
 * Reads and checks everything that a run needs. Sends nothing, starts nothing, writes nothing.
 * @throws GreenlightError for whatever the caller must correct
 */
export async function prepareRun(request: RunRequest): Promise<PreparedRun> {
  const { plan, file, digest } = await loadRunnablePlan(request.cwd, request.config, request.env);
  refuseBlindTls(plan, request.env);
  const manifest = checksOf(plan, request.phase);
  if (!manifest.some((check) => check.source !== 'built-in')) {
    throw new GreenlightError('USAGE', `the plan has no check for the phase ${request.phase}`, {
      hint: `Add phases: ['${request.phase}'] to the flows, probes, tables or profiles that belong to it.`,
    });
  }
  const playwright = findPlaywright(file, request.cwd, request.playwright);
  const id = randomBytes(5).toString('hex');
  const startedAt = new Date();
  const stateDirectory = path.resolve(
    request.cwd,
    request.state ?? path.join(path.dirname(file), '.greenlight'),
  );
  const policy = mergePolicy(plan.policy, request.phase);
  const nonce = request.nonce ?? randomUUID();
  return {
    request,
    plan,
    playwright,
    redactor: redactorOf(plan, request.env),
    files: reportFiles(path.resolve(request.cwd, request.output)),
    manifest,
    context: {
      id,
      nonce,
      phase: request.phase,
      planFile: file,
      wanted: request.wanted,
      runDirectory: runDirectoryOf(stateDirectory, id),
      stateDirectory,
    },
    head: {
      schema: 'greenlight/evidence@1',
      run: {
        id,
        nonce,
        phase: request.phase,
        startedAt: startedAt.toISOString(),
        endedAt: null,
        tools: { greenlight: ownVersion(), node: process.versions.node, playwright: playwright.version },
      },
      subject: { target: plan.target.name, urls: plan.target.urls, wanted: request.wanted },
      planDigest: digest,
      policy,
      policyDigest: digestOf(policy),
    },
    deadlineAt: startedAt.getTime() + plan.deadlineMinutes * 60_000,
  };
}
