import type { TestEvent } from '../contract/evidence/progress-event.ts';
import type { Screen } from '../safety/screen.ts';

/** Shows what is going on, on standard error: one line for each end, and on a terminal what is running now. */
export interface Progress {
  stage(title: string): void;
  event(event: TestEvent): void;
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
    event(event) {
      if (event.type === 'begin') {
        running.set(event.check, now());
        return;
      }
      running.delete(event.check);
      screen.err(`  ${howItEnded(event, paint)}  ${paint.dim(seconds(event.durationMs))}`);
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

/** Playwright shows whatever does not hold as failed; that a check could not tell is another thing. */
function howItEnded(
  { check, status, outcome }: Extract<TestEvent, { readonly type: 'end' }>,
  paint: Screen['paint'],
): string {
  if (status === 'passed') return `${paint.green('✓')} ${check}`;
  if (status === 'skipped') return `${paint.dim('–')} ${check} skipped`;
  if (status !== 'timedOut' && outcome === 'unknown') return `${paint.yellow('?')} ${check} could not tell`;
  return `${paint.red('✗')} ${check} ${status === 'timedOut' ? 'timed out' : status}`;
}
