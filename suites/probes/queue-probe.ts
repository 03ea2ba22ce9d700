import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, holds, type Statement } from '../../contract/flow/statement.ts';
import { durationMs, spanWords } from '../../contract/plan/duration.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import type { Target } from '../../contract/plan/target.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { openQueue } from '../state/queue-readers.ts';
import { drained, type QueueReader, type QueueState } from '../state/queue-state.ts';
import type { ProbeLook } from './probe-look.ts';
import { momentOf } from './since-moment.ts';

type QueueProbe = Extract<Probe, { kind: 'queue' }>;

export const queueLook: ProbeLook<QueueProbe> = {
  // Two looks of several questions, and the wait between them.
  mostAnswers: ({ drains, budgetMs }) => 4 + Math.ceil(((drains?.withinS ?? 0) * 1000) / budgetMs),
  look: (probe, tools, { plan }) => probeQueue(probe, tools, plan.target),
};

/** Looks at a queue, twice where it must drain. @throws CannotTell */
export async function probeQueue(
  probe: QueueProbe,
  tools: ProbeTools,
  target: Target,
  pause: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<Probed> {
  const now = Date.now();
  const since = momentOf(probe.since, now);
  const reader = await openQueue(probe.source, { target, tools, budgetMs: probe.budgetMs, since, now });
  try {
    const state = await reader.look();
    const limits = await limitStatements(probe, state);
    const wrong = limits.some(({ ok }) => !ok);
    const drain =
      wrong || probe.drains === undefined ? [] : [await drainStatement(probe.drains, state, reader, pause)];
    return {
      statements: [...limits, ...drain],
      holds: `${state.waiting} jobs wait${state.failed === undefined ? '' : `, ${state.failed} have failed`}${drain.length > 0 ? '; the queue drains' : ''}`,
      cause: wrong ? 'queue-limits' : 'queue-stands',
      remedy: wrong
        ? 'look at the workers of this queue and at what its jobs fail on; after the switch they may still read the old Redis or database'
        : 'see that workers of the new system run and take from this queue',
    };
  } finally {
    await reader.close();
  }
}

async function limitStatements(probe: QueueProbe, state: QueueState): Promise<readonly Statement[]> {
  const { waitingAtMost, failedAtMost, oldestAtMost, mayBePaused } = probe;
  const statements: Statement[] = [];
  const doubts = new Doubts();
  if (!mayBePaused && state.paused !== undefined)
    statements.push(holds('paused', !state.paused, state.paused, false));
  if (waitingAtMost !== undefined) statements.push(atMost('waiting', state.waiting, waitingAtMost, 'jobs'));
  await doubts.try(() => {
    if (failedAtMost !== undefined)
      statements.push(atMost('failed', said(state.failed, 'failed'), failedAtMost, 'jobs'));
  });
  await doubts.try(() => {
    if (oldestAtMost === undefined) return;
    const age = said(state.oldestMs, 'oldest');
    const ok = age <= durationMs(oldestAtMost);
    statements.push(holds('oldest waiting job', ok, spanWords(age), `<= ${oldestAtMost}`));
  });
  doubts.raise(statements);
  return statements;
}

/** @throws CannotTell */
function said(value: number | undefined, name: string): number {
  if (value !== undefined) return value;
  throw new CannotTell(
    'not-said',
    `the source of the queue does not say \`${name}\`, which the plan limits`,
    {
      remedy: `let it say it: a column or a path "${name}"`,
    },
  );
}

/** @throws CannotTell where two looks do not tell */
async function drainStatement(
  { withinS }: NonNullable<QueueProbe['drains']>,
  before: QueueState,
  reader: QueueReader,
  pause: (milliseconds: number) => Promise<unknown>,
): Promise<Statement> {
  const statement = 'drains';
  const expected = `some of the waiting jobs processed within ${withinS} s`;
  if (before.waiting === 0) return holds(statement, true, 'nothing waits', expected);
  await pause(withinS * 1000);
  const after = await reader.look();
  const counts = `${before.waiting} waited, ${after.waiting} wait ${withinS} s later`;
  switch (drained(before, after)) {
    case 'drains':
      return holds(statement, true, counts, expected);
    case 'stands':
      return holds(statement, false, `${counts}, none was processed`, expected);
    case 'busy':
      throw new CannotTell('workers-busy', `${counts}, and workers hold the same jobs at both looks`, {
        remedy: 'raise drains.withinS above the time that one job takes',
      });
    case 'not-said':
      throw new CannotTell('not-said', `${counts}, and the source does not say whether any was processed`, {
        remedy:
          'let it say `done` (how many were ever processed) or `oldest` (since when the oldest job waits)',
      });
  }
}
