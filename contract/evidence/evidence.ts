import { z } from 'zod';
import { Attestation } from './attestation.ts';
import { CheckId } from '../plan/check-id.ts';
import { PlannedCheck } from '../plan/checks.ts';
import { Finding } from './finding.ts';
import { Phase, Project } from './outcome.ts';
import { Policy } from '../verdict/policy.ts';
import { Release } from '../plan/release.ts';

/** One error of a test attempt, classified from Playwright's steps. */
export const AttemptError = z.strictObject({
  message: z.string(),
  /**
   * `finding`: our own findings say it. `assertion`: a real comparison of an `expect` did not hold.
   * `connection`: the target gave no answer. `other`: everything else; it says nothing about the target.
   */
  kind: z.enum(['finding', 'assertion', 'connection', 'other']),
  /** Where in a spec file of the user: `greenlight/cart.spec.mts:12`. */
  at: z.string().optional(),
});
export type AttemptError = z.infer<typeof AttemptError>;

/** What Playwright kept of an attempt that did not pass. */
export const KeptFile = z.strictObject({
  kind: z.enum(['screenshot', 'trace']),
  /** Below the report's directory, with slashes. */
  path: z.string(),
});
export type KeptFile = z.infer<typeof KeptFile>;

/** One end of one test: Playwright's status and what it meant. */
export const Attempt = z.strictObject({
  check: CheckId,
  project: z.string(),
  title: z.string(),
  /** Playwright session in which it ran, an index into `sessions`. */
  session: z.number().int().nonnegative(),
  /** 0 for the first try. */
  retry: z.number().int().nonnegative(),
  /** `skipped` covers skip, fixme and run-time skips; `expected-failure` is `test.fail()`. */
  status: z.enum([
    'passed',
    'failed',
    'timed-out',
    'skipped',
    'interrupted',
    'expected-failure',
    'no-result',
  ]),
  startedAt: z.string(),
  durationMs: z.number().nonnegative(),
  errors: z.array(AttemptError),
  findings: z.array(Finding),
  /** How many `expect`s held. An own check that compared nothing has shown nothing; older evidence did not count them. */
  comparisons: z.number().int().nonnegative().default(0),
  /** Whether our own network was seen to work after a connection error; `not-asked` without one or without a control address. */
  control: z.enum(['answers', 'silent', 'not-asked']),
  /** Absent where none was kept, and in merged evidence: there they lie in the report of their shard. */
  files: z.array(KeptFile).optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** Something that went wrong on our side, or that no one asked for. Never says `fail`. */
export const Fault = z.strictObject({
  kind: z.enum([
    'runner',
    'reporter',
    'interrupted',
    'deadline',
    'unexpected-check',
    'duplicate-check',
    'incomplete',
    'clean-up',
    /** Not the whole run: one part of it, or parts that do not belong together. */
    'shards',
    'other',
  ]),
  message: z.string(),
  check: z.string().optional(),
});
export type Fault = z.infer<typeof Fault>;

/** How a fault of the kind `interrupted` begins where the run was not the only one on its target any more. */
export const LEASE_LOST = 'the lease of the target was lost';

/** One start of Playwright. */
export const Session = z.strictObject({
  projects: z.array(Project),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  /** Playwright's own word for the end; null when its reporter never said. */
  status: z.enum(['passed', 'failed', 'timedout', 'interrupted']).nullable(),
  /** How many tests Playwright announced and how many it ended. */
  announced: z.number().int().nonnegative(),
  ended: z.number().int().nonnegative(),
});
export type Session = z.infer<typeof Session>;

/** A check that was not started on purpose, and why. */
export const NotStarted = z.strictObject({ check: CheckId, because: z.string() });
export type NotStarted = z.infer<typeof NotStarted>;

/** Test data that is still on the target. */
export const Leftover = z.strictObject({ kind: z.string(), identity: z.string(), reason: z.string() });
export type Leftover = z.infer<typeof Leftover>;

/** One part of a run that several machines shared, in a merged evidence. */
export const EvidencePart = z.strictObject({
  /** `shard 2 of 5`. */
  name: z.string(),
  /** Digest of the fragment that it came in. */
  digest: z.string(),
  /** What it had to run. A check of several parts holds only if it holds in each of them. */
  checks: z.array(CheckId),
  /** Its Playwright sessions, as indexes into `sessions`. */
  sessions: z.array(z.number().int().nonnegative()),
});
export type EvidencePart = z.infer<typeof EvidencePart>;

/** What the parts were: tool and version. */
export const ToolVersions = z.record(z.string(), z.string());

/** Everything that one run saw. Judging reads this file and nothing else. */
export const Evidence = z.strictObject({
  schema: z.literal('greenlight/evidence@1'),
  run: z.strictObject({
    id: z.string().min(1),
    /** Given by the caller, or made; ties a verdict to the question it answers. */
    nonce: z.string().min(1),
    phase: Phase,
    startedAt: z.string(),
    /** Null: the run did not come to its end. */
    endedAt: z.string().nullable(),
    tools: ToolVersions,
  }),
  subject: z.strictObject({
    target: z.string(),
    urls: z.record(z.string(), z.string()),
    wanted: Release.nullable(),
  }),
  planDigest: z.string(),
  policy: Policy,
  policyDigest: z.string(),
  /** What had to run, computed before anything ran. */
  manifest: z.array(PlannedCheck),
  sessions: z.array(Session),
  attempts: z.array(Attempt),
  notStarted: z.array(NotStarted),
  faults: z.array(Fault),
  attestations: z.array(Attestation),
  leftovers: z.array(Leftover),
  /** Only where a run was shared and merged. */
  parts: z.array(EvidencePart).optional(),
});
export type Evidence = z.infer<typeof Evidence>;
