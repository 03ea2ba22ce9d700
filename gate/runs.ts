import path from 'node:path';
import {
  ALIVE_MS,
  type GateStore,
  type RunOrder,
  type StartedRun,
  type StoredVerdict,
} from '../contract/ports/gate-store.ts';
import type { Audit } from './audit.ts';
import { readStoredReport } from './read-stored-report.ts';
import { runArguments } from './run-order.ts';
import type { RunProcess, RunProgress, StartRun } from './run-process.ts';

/** How often a run that is under way is looked at: its verdict goes into the store as soon as it is there. */
const LOOK_MS = 1000;
const BEAT_MS = ALIVE_MS / 6;

/** What became of a request to start a run. */
export type StartAnswer =
  | { readonly how: 'started' }
  /** The same request was made before; nothing new was started. */
  | { readonly how: 'known'; readonly run: StartedRun }
  /** The same key came with another order. */
  | { readonly how: 'other-order' }
  | { readonly how: 'busy'; readonly run: StartedRun }
  | { readonly how: 'unknown-target' }
  | { readonly how: 'stopping' };

/** Starts runs for those who may. */
export interface Runs {
  start(id: string, order: RunOrder, by: string): Promise<StartAnswer>;
  find(id: string): Promise<StartedRun | undefined>;
  /** Undefined when it does not run here. */
  progressOf(id: string): RunProgress | undefined;
  /** Stops every run, waits for them to clean up, and starts none any more. */
  close(): Promise<void>;
}

export interface RunsOptions {
  readonly store: GateStore;
  readonly audit: Audit;
  /** Absolute path of the plan by the target that it names. */
  readonly plans: ReadonlyMap<string, string>;
  /** Absolute directory of the reports. */
  readonly directory: string;
  readonly startRun: StartRun;
}

export function createRuns({ store, audit, plans, directory, startRun }: RunsOptions): Runs {
  const running = new Map<string, { readonly process: RunProcess; readonly done: Promise<void> }>();
  let stopping = false;

  const launch = async (id: string, order: RunOrder, by: string, plan: string): Promise<void> => {
    const output = path.join(directory, id);
    try {
      // Before the start: a run that leaves no trace is not started.
      audit({ event: 'run-started', run: id, order, by });
      const process = await startRun(runArguments(order, plan, output), output);
      running.set(id, { process, done: follow(id, order, output, process) });
      if (stopping) await process.stop();
    } catch (error) {
      await store.end(id, null);
      throw error;
    }
  };

  const follow = async (id: string, order: RunOrder, output: string, process: RunProcess): Promise<void> => {
    const timers = [
      setInterval(
        () => void attempt(`the verdict of ${id} could not be kept`, () => keepReport(order, output)),
        LOOK_MS,
      ),
      setInterval(() => void attempt(`${id} gave no sign of life`, () => store.beat(id)), BEAT_MS),
    ];
    const code = await process.exited;
    for (const timer of timers) clearInterval(timer);
    await attempt(`the verdict of ${id} could not be kept`, () => keepLast(order, output, code));
    await attempt(`the end of ${id} could not be written down`, () => store.end(id, code));
    running.delete(id);
    await attempt('the audit log cannot be written', () =>
      audit({ event: 'run-ended', run: id, exitCode: code }),
    );
  };

  const keepReport = async (order: RunOrder, output: string): Promise<void> => {
    const verdict = await readReport(order, output);
    if (verdict !== undefined) await store.keep(verdict);
  };

  /** A run that was killed leaves its verdict pending, and would be waited for until that expires. */
  const keepLast = async (order: RunOrder, output: string, code: number | null): Promise<void> => {
    const verdict = await readReport(order, output);
    if (verdict === undefined) return;
    const reason = `The run ended ${code === null ? 'by a signal' : `with code ${code}`} and decided nothing.`;
    await store.keep(
      verdict.decision === 'pending' ? { ...verdict, decision: 'INCONCLUSIVE', reason } : verdict,
    );
  };

  const attempt = async (what: string, work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      try {
        audit({ event: 'fault', what: `${what}: ${error instanceof Error ? error.message : String(error)}` });
      } catch {
        // Without store and audit log the gate gives no GO to anybody; there is nobody left to tell.
      }
    }
  };

  return {
    async start(id, order, by) {
      if (stopping) return { how: 'stopping' };
      const plan = plans.get(order.target);
      if (plan === undefined) return { how: 'unknown-target' };
      const claim = await store.claim({ id, order, by });
      if (claim.how === 'known') return isSame(claim.run.order, order) ? claim : { how: 'other-order' };
      if (claim.how === 'started') await launch(id, order, by, plan);
      return claim;
    },
    find: (id) => store.find(id),
    progressOf: (id) => running.get(id)?.process.progress(),
    async close() {
      stopping = true;
      const all = [...running.values()];
      await Promise.all(all.map(({ process }) => process.stop()));
      await Promise.all(all.map(({ done }) => done));
    },
  };
}

/** Before its plan is read, and when it is refused, a run leaves a verdict about nothing. */
async function readReport(order: RunOrder, output: string): Promise<StoredVerdict | undefined> {
  const verdict = await readStoredReport(output);
  const isIt = verdict?.target === order.target && verdict.nonce === order.nonce;
  return isIt ? verdict : undefined;
}

function isSame(one: RunOrder, other: RunOrder): boolean {
  const parts = ['target', 'phase', 'release', 'commit', 'artifact', 'nonce'] as const;
  return parts.every((part) => one[part] === other[part]);
}
