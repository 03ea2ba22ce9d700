/* eslint-disable no-restricted-properties -- this file is a program of its own */
// One of several processes that make one load. Its parent sends the order; without a parent there is no load.
import { isAbsolute } from 'node:path';
import type { Flow } from '../../../contract/flow/flow.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { evaluatePlanFile } from '../../../host/evaluate-plan-file.ts';
import { runConnections } from '../autocannon-run.ts';
import type { FromProcess, ProcessOrder, ToProcess } from './protocol.ts';
import { stepsOf } from './steps-of.ts';

const stop = new AbortController();
let go: (() => void) | undefined;

// However the parent ends, this closes the channel: a process that makes load must never be orphaned.
process.once('disconnect', () => process.exit(1));
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, leave);
process.on('message', (message: ToProcess) => {
  if (message === 'go') go?.();
  else if (message === 'stop') leave();
  else
    work(message.order).then(
      (result) => say({ result }, () => process.exit(0)),
      (error: unknown) =>
        say({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1)),
    );
});
// The parent may have died while this module was loading, before anybody listened.
if (!process.connected) process.exit(64);

async function work(order: ProcessOrder): Promise<unknown> {
  const flow = await flowOf(order);
  // Loading it takes a good part of a second, which must not be a part of the load's time.
  await import('autocannon');
  await new Promise<void>((resolve) => {
    go = resolve;
    say('ready');
  });
  return runConnections({
    ...order,
    flow,
    secret,
    signal: stop.signal,
    tell: (soFar) => say({ soFar }),
  });
}

async function flowOf({ profile, planFile, steps }: ProcessOrder): Promise<Flow | undefined> {
  if (profile.flow === undefined) return undefined;
  if (planFile === undefined || !isAbsolute(planFile)) throw new Error('nothing says which file the plan is');
  const plan = parsePlan(await evaluatePlanFile(planFile));
  const flow = plan.flows.find(({ id }) => id === profile.flow);
  if (flow === undefined || stepsOf(flow).join() !== steps.join()) {
    throw new Error(
      `${planFile} holds ${flow === undefined ? 'no' : 'another'} flow "${profile.flow}" than the one that was asked for`,
    );
  }
  return flow;
}

function secret(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`the secret ${name} is not set`);
  return value;
}

/** Requests under way are given up; what was measured until now is told, as interrupted. */
function leave(): void {
  if (go === undefined) process.exit(1);
  stop.abort();
}

function say(message: FromProcess, then?: () => void): void {
  process.send?.(message, () => then?.());
}
