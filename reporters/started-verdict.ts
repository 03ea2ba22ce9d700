import type { Evidence } from '../contract/evidence/evidence.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { CheckState, type Phase } from '../contract/evidence/outcome.ts';
import type { Release } from '../contract/plan/release.ts';
import { judge } from './judge.ts';

/** What is known about a run before it starts. */
export type StartedRun = Pick<Evidence, 'subject' | 'planDigest' | 'policy' | 'policyDigest' | 'manifest'> & {
  readonly run: Omit<Evidence['run'], 'endedAt'>;
};

const STARTED = 'The run was started and has not finished.';

/**
 * The verdict that stands on disk while a run is under way: INCONCLUSIVE, so that a run that is killed leaves no GO
 * of an earlier one behind.
 */
export function startedVerdict(started: StartedRun): Verdict {
  const verdict = judge(
    {
      schema: 'greenlight/evidence@1',
      ...started,
      run: { ...started.run, endedAt: null },
      sessions: [],
      attempts: [],
      notStarted: started.manifest.map((check) => ({ check: check.id, because: 'the run has not finished' })),
      faults: [],
      attestations: [],
      leftovers: [],
    },
    started.run.startedAt,
  );
  return { ...verdict, decision: 'INCONCLUSIVE', reason: STARTED, reasons: [STARTED, ...verdict.reasons] };
}

/** What is known about a run before its plan was read. */
export interface AskedRun {
  readonly phase: Phase;
  /** Empty when the caller gave none. */
  readonly nonce: string;
  readonly wanted: Release | null;
  /** ISO time. */
  readonly at: string;
}

/**
 * The verdict while nothing but the question is known: the command line was not right, the plan could not be read, or
 * the run was killed before it had. Without a target and an id, so that it answers no one's question by accident.
 */
export function unplannedVerdict({ phase, nonce, wanted, at }: AskedRun, reason: string): Verdict {
  const states = Object.fromEntries(CheckState.options.map((state) => [state, 0])) as Record<
    CheckState,
    number
  >;
  return {
    schema: 'greenlight/verdict@1',
    decision: 'INCONCLUSIVE',
    reason,
    reasons: [reason],
    run: { id: '', nonce, phase },
    subject: { target: '', urls: {}, wanted, observed: null },
    planDigest: '',
    policyDigest: '',
    evidenceDigest: null,
    tools: {},
    startedAt: at,
    decidedAt: at,
    expiresAt: at,
    counts: { required: 0, states, waived: 0 },
    checks: [],
    groups: [],
    attestations: [],
    faults: [],
    leftovers: [],
    notices: [],
  };
}
