import { z } from 'zod';
import type { Screen } from '../safety/screen.ts';

/** The pipe between Playwright and us on which progress travels; workers do not inherit it. */
export const PROGRESS_DESCRIPTOR = 3;

const ProgressEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin'), check: z.string(), title: z.string() }),
  z.object({
    type: z.literal('end'),
    check: z.string(),
    title: z.string(),
    status: z.string(),
    durationMs: z.number(),
  }),
]);
export type ProgressEvent = z.infer<typeof ProgressEvent>;

/** Shows what is going on, on standard error: one line for each end, and on a terminal what is running now. */
export interface Progress {
  stage(title: string): void;
  /** One line of the progress pipe. */
  event(line: string): void;
  note(text: string): void;
  close(): void;
}

const HEARTBEAT_MS = 30_000;

export function createProgress(screen: Screen, now: () => number = Date.now): Progress {
  const running = new Map<string, number>();
  const { paint } = screen;
  let stage = '';
  let stageSince = now();
  const current = (): string => {
    const checks = [...running].map(([check, since]) => `${check} (${seconds(now() - since)})`);
    return `  ${stage}, ${seconds(now() - stageSince)}: ${checks.join(', ') || 'starting'}`;
  };
  // On a terminal one line is rewritten each second; in a log, a sign of life is enough.
  const timer = setInterval(
    () => (screen.terminal ? screen.transient(current()) : screen.err(current())),
    screen.terminal ? 1000 : HEARTBEAT_MS,
  );
  timer.unref();
  return {
    stage(title) {
      stage = title;
      stageSince = now();
      running.clear();
      screen.err(paint.bold(`▸ ${title}`));
    },
    event(line) {
      const event = parse(line);
      if (event === undefined) return;
      if (event.type === 'begin') {
        running.set(event.check, now());
        return;
      }
      running.delete(event.check);
      const mark = event.status === 'passed' ? paint.green('✓') : paint.red('✗');
      const how = event.status === 'passed' ? '' : ` ${event.status}`;
      screen.err(`  ${mark} ${event.check}${how}  ${paint.dim(seconds(event.durationMs))}`);
    },
    note: (text) => screen.err(text),
    close() {
      clearInterval(timer);
      screen.transient('');
    },
  };
}

/** 1234 -> "1.2 s". */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function parse(line: string): ProgressEvent | undefined {
  try {
    return ProgressEvent.parse(JSON.parse(line));
  } catch {
    // A line of someone else on our pipe. It decides nothing, so it is only left out of the display.
    return undefined;
  }
}
