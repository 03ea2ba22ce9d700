import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { checksOf, type PlannedCheck } from '../contract/plan/checks.ts';
import { GreenlightError } from '../contract/errors.ts';
import type { Evidence } from '../contract/evidence/evidence.ts';
import { policyOf } from '../contract/plan/people.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { NotDueRecord } from '../contract/history/run-record.ts';
import type { RunContext } from '../contract/evidence/run-context.ts';
import { fileStemOf, needsLoadPart, checksOfPart } from '../contract/evidence/shard.ts';
import type { LeaseShare } from '../safety/lease.ts';
import { refuseSecretIdentities, secretWarnings } from '../safety/check-secrets.ts';
import { keepIdentities, namesOfRun } from '../safety/identities.ts';
import { type Redactor, redactorOf } from '../safety/redactor.ts';
import { findPlaywright, type PlaywrightInstall, untestedPlaywright } from '../host/find-playwright.ts';
import { digestOf } from '../host/load-config.ts';
import { loadRunnablePlan } from '../safety/load-runnable-plan.ts';
import { ownVersion } from '../host/package-root.ts';
import { type ReportFiles, reportFiles } from '../host/report-files.ts';
import { refuseBlindTls } from './refuse-blind-tls.ts';
import { readStatements, statementsFileOf } from './people/statements-file.ts';
import { refuseMissingSpecs } from './user-specs/find-spec.ts';
import { runDirectoryOf } from './run-directory.ts';
import type { RunRequest, SharedRun } from './run-request.ts';
import { mustBeShareable } from './shards/shareable.ts';
import { groupOf } from './shards/shard-option.ts';
import { withoutPublishers } from './tests-env.ts';

/** All that is known before anything is touched. */
export interface PreparedRun {
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly playwright: PlaywrightInstall;
  readonly redactor: Redactor;
  /** What the caller should know before it begins, one sentence each. */
  readonly warnings: readonly string[];
  readonly files: ReportFiles;
  readonly manifest: readonly PlannedCheck[];
  /** Only where several machines share the run; `manifest` is this part's share then. */
  readonly shared: PreparedPart | undefined;
  /** Without the index of the session. */
  readonly context: Omit<RunContext, 'session'>;
  /** The parts of the evidence that are fixed from the start. */
  readonly head: Pick<Evidence, 'schema' | 'run' | 'subject' | 'planDigest' | 'policy' | 'policyDigest'>;
  /** Milliseconds since 1970. */
  readonly deadlineAt: number;
  /** Planned and left out, because an earlier run still speaks for them. */
  readonly notDue: readonly NotDueRecord[];
}

/** One part of a run that several machines share. */
export interface PreparedPart extends SharedRun {
  /** What the whole run has to check. */
  readonly manifest: readonly PlannedCheck[];
  /** Where its fragment goes, as an absolute path. */
  readonly file: string;
  readonly lease: LeaseShare;
}

/**
 * Reads and checks everything that a run needs. Sends nothing, starts nothing, writes nothing.
 * @throws GreenlightError for whatever the caller must correct
 */
export async function prepareRun(request: RunRequest): Promise<PreparedRun> {
  const { plan, file, digest } = await loadRunnablePlan(
    request.cwd,
    request.config,
    // What a plan's tests name has to be there when they run.
    withoutPublishers(request.env),
  );
  refuseBlindTls(plan, request.env);
  refuseMissingSpecs(plan, file);
  const whole = checksOf(plan, request.phase);
  if (!whole.some((check) => check.source !== 'built-in')) {
    throw new GreenlightError('NOTHING_PLANNED', `the plan has no check for the phase ${request.phase}`, {
      hint: `Add phases: ['${request.phase}'] to the flows, probes, tables or profiles that belong to it.`,
    });
  }
  if (request.shared?.part.kind === 'load' && !needsLoadPart(whole)) {
    throw new GreenlightError(
      'NOTHING_PLANNED',
      `the plan has no load in the phase ${request.phase}: leave \`--shard load\` out, and \`greenlight merge\` does not ask for it`,
    );
  }
  if (request.shared?.part.kind === 'load' && request.shared.part.segment !== undefined) {
    mustBeShareable(plan, whole, request.shared.part.segment.of);
  }
  const playwright = findPlaywright(file, request.cwd, request.playwright);
  const startedAt = new Date();
  const stateDirectory = path.resolve(
    request.cwd,
    request.state ?? path.join(path.dirname(file), '.greenlight'),
  );
  const policy = policyOf(plan, request.phase);
  const nonce = request.nonce ?? randomUUID();
  const output = path.resolve(request.cwd, request.output);
  const shared = request.shared && preparedPart(request.shared, whole, output, nonce);
  const manifest = shared === undefined ? whole : checksOfPart(whole, shared.part);
  const id = runIdOf(shared);
  const names = namesOfRun({ id, nonce, wanted: request.wanted });
  // Before anything is touched: what cannot be believed at the end of the run can be corrected now.
  if (policy.attestations.length > 0) readStatements(statementsFileOf(plan, file));
  refuseSecretIdentities(plan, request.env, names);
  keepIdentities(names);
  return {
    request,
    plan,
    playwright,
    redactor: redactorOf(plan, request.env),
    warnings: [...versionWarnings(playwright), ...secretWarnings(plan, request.env, names)],
    // A directory of its own, since several parts may share one for their fragments.
    files: reportFiles(shared === undefined ? output : path.join(output, fileStemOf(shared.part))),
    manifest,
    shared,
    context: {
      id,
      nonce,
      phase: request.phase,
      planFile: file,
      wanted: request.wanted,
      runDirectory: runDirectoryOf(stateDirectory, id),
      stateDirectory,
      ...(shared === undefined ? {} : { checks: manifest.map((check) => check.id) }),
      ...segmentOf(shared),
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
    notDue: [],
    deadlineAt: startedAt.getTime() + plan.deadlineMinutes * 60_000,
  };
}

function segmentOf(shared: PreparedPart | undefined): Pick<RunContext, 'segment'> {
  if (shared?.part.kind !== 'load' || shared.part.segment === undefined) return {};
  const { startAt } = shared;
  return { segment: { ...shared.part.segment, ...(startAt === undefined ? {} : { startAt }) } };
}

function preparedPart(
  shared: SharedRun,
  manifest: readonly PlannedCheck[],
  output: string,
  nonce: string,
): PreparedPart {
  const part =
    shared.part.kind === 'load' ? `load${shared.part.segment?.index ?? ''}` : String(shared.part.index);
  return {
    ...shared,
    manifest,
    file: path.join(output, `${fileStemOf(shared.part)}.json`),
    lease: { group: groupOf(nonce), part },
  };
}

/** Made anew for each start: test data of two starts must never meet, also where they belong to one run. */
function runIdOf(shared: PreparedPart | undefined): string {
  if (shared === undefined) return randomBytes(5).toString('hex');
  return `${shared.lease.group}-${shared.lease.part}-${randomBytes(3).toString('hex')}`;
}

function versionWarnings({ version }: PlaywrightInstall): readonly string[] {
  const untested = untestedPlaywright(version);
  return untested === undefined
    ? []
    : [
        `nobody has tried Greenlight with @playwright/test ${version} (${untested}); see \`greenlight doctor\``,
      ];
}
