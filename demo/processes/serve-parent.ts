import { z } from 'zod';

/** What a child process of the demo runs. */
export interface Served<R> {
  /** Sent to the parent: addresses, version. JSON. */
  readonly ready: R;
  close(): Promise<void>;
  /** Settles with an exit code when the work ends by itself. */
  readonly ended?: Promise<number>;
}

const CLOSE_WITHIN_MS = 3_000;

/**
 * The child's half of `startModule`: takes the input from the parent, starts, reports ready, and ends on SIGTERM or
 * as soon as the parent is gone. The last line of every module in demo/processes that serves something.
 */
export function serveParent<I, R>(input: z.ZodType<I>, start: (input: I) => Promise<Served<R>>): void {
  if (!process.send) {
    console.error('This module is started by the demo, not by hand: use `greenlight demo`.');
    process.exit(64);
  }
  let served: Served<R> | undefined;
  let leaving = false;
  const leave = (code: number): void => {
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(code), CLOSE_WITHIN_MS).unref();
    Promise.resolve(served?.close()).then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => leave(0));
  process.once('SIGINT', () => leave(0));
  process.once('disconnect', () => leave(0));
  process.once('message', (message: unknown) => {
    const fail = (error: unknown): void => {
      console.error(error);
      const text = error instanceof Error ? error.message : String(error);
      process.send?.({ failed: text }, () => process.exit(1));
    };
    const parsed = z.object({ input }).safeParse(message);
    if (!parsed.success) return fail(`the input is not valid: ${z.prettifyError(parsed.error)}`);
    start(parsed.data.input).then((started) => {
      served = started;
      // Told to leave while it was starting: what has just come up must go down again.
      if (leaving) void started.close();
      process.send?.({ ready: started.ready });
      void started.ended?.then((code) => process.exit(code));
    }, fail);
  });
  // The parent may have died while this module was loading, before anybody listened.
  if (!process.connected) leave(0);
}
