import { setTimeout as sleep } from 'node:timers/promises';
import { GreenlightError } from '../../contract/errors.ts';
import { logTail } from './log-tail.ts';
import type { SupervisedProcess } from './supervise.ts';

/**
 * Asks a started program again and again until it answers. Ends early when the program does.
 * @param attempt resolves with the proof that it works; a rejection means "not yet"
 * @throws GreenlightError DEMO_FAILED with the end of its log
 */
export async function untilReady<T>(
  about: SupervisedProcess,
  attempt: () => Promise<T>,
  options: { readonly withinMs: number; readonly signal?: AbortSignal },
): Promise<T> {
  const deadline = Date.now() + options.withinMs;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (cause) {
      if (!about.running()) {
        const { code, signal } = await about.ended;
        const how = signal ?? `exit code ${code}`;
        throw new GreenlightError(
          'DEMO_FAILED',
          `${about.name} ended (${how}) before it was ready${logTail(about.logFile)}`,
          { cause },
        );
      }
      if (Date.now() > deadline) {
        throw new GreenlightError(
          'DEMO_FAILED',
          `${about.name} did not answer within ${options.withinMs} ms${logTail(about.logFile)}`,
          { cause },
        );
      }
    }
    await Promise.race([sleep(20), about.ended]);
  }
}
