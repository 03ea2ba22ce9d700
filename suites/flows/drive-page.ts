import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Captured, FlowContext, PageStep } from '../../contract/flow/flow.ts';

/** How the page function of a step went. */
export type Driven = { readonly value: Captured | undefined } | { readonly error: unknown };

/** How it went within its time. */
export interface Drive {
  readonly ended: Driven | 'late';
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** Closes the page, which ends whatever a late function still waits for; what that was is in its error. */
  end(close: () => Promise<void>): Promise<unknown>;
}

const LAST_WORDS_WITHIN_MS = 1000;

/** Calls the page function of a step, and waits for at most so many milliseconds. Never throws. */
export async function drivePage(
  step: PageStep,
  page: Page,
  ctx: FlowContext,
  withinMs: number,
): Promise<Drive> {
  const started = performance.now();
  const drive = step.run as (page: Page, ctx: FlowContext) => Promise<Captured | undefined>;
  // An async function turns even a synchronous throw of the plan into a rejection.
  const driven: Promise<Driven> = (async () => drive(page, ctx))().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const limit = new AbortController();
  const late = sleep(withinMs, 'late' as const, { signal: limit.signal }).catch(() => 'late' as const);
  const ended = await Promise.race([driven, late]);
  limit.abort();
  return {
    ended,
    durationMs: performance.now() - started,
    async end(close) {
      await close();
      const after = await Promise.race([driven, sleep(LAST_WORDS_WITHIN_MS, undefined)]);
      return after !== undefined && 'error' in after ? after.error : undefined;
    },
  };
}
