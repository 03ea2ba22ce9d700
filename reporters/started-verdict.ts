import type { Evidence } from '../contract/evidence.ts';
import type { Verdict } from '../contract/verdict.ts';
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
