import { createHash } from 'node:crypto';
import type { Phase } from '../contract/evidence/outcome.ts';
import { identities, SYNTHETIC_PREFIX } from '../contract/plan/unique.ts';
import { currentPhase, runId } from '../host/run-context.ts';

/** Which run this worker belongs to. */
export interface RunScope {
  readonly id: string;
  readonly phase: Phase;
}

/** The part of Playwright's `TestInfo` that tells attempts apart. */
export interface AttemptInfo {
  readonly testId: string;
  readonly retry: number;
  readonly repeatEachIndex: number;
}

/** Longer run ids are hashed: an identity is the local part of a mail address, and that ends at 64 characters. */
const LONGEST_RUN_ID = 16;

/** The run of this process: of the command line, or one that was started by hand. */
export function runScope(env: NodeJS.ProcessEnv = process.env): RunScope {
  return { id: runId(env), phase: currentPhase(env) };
}

/**
 * Makes the identities of one attempt: `gl-<run>-<process>r<retry>-<test>-<n>`. The process id is in it because
 * Playwright's UI runs the same test again and again under one run id; the retry, because a retry must not pass on what
 * the first attempt left behind.
 */
export function identitiesOf(run: RunScope, attempt: AttemptInfo, pid: number = process.pid): () => string {
  const test = digest(`${attempt.testId} ${attempt.repeatEachIndex}`, 6);
  return identities({ run: shortOf(run), scope: `${pid.toString(36)}r${attempt.retry}-${test}` });
}

/** What all identities of one process of a run begin with, and those of no other. */
export function markOf(run: RunScope, pid: number = process.pid): string {
  return `${SYNTHETIC_PREFIX}-${shortOf(run)}-${pid.toString(36)}r`;
}

function shortOf(run: RunScope): string {
  const clean = run.id.toLowerCase().replace(/[^a-z0-9]/g, '');
  return clean.length <= LONGEST_RUN_ID ? clean : digest(run.id, 12);
}

function digest(text: string, length: number): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 24);
  return BigInt(`0x${hex}`).toString(36).padStart(length, '0').slice(-length);
}
