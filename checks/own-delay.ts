/** Watches how long this process did not get to run: it was stopped, starved, or its thread was held by other work. */
export interface OwnDelay {
  /** In milliseconds, since the watch began. */
  lostMs(): number;
  stop(): void;
}

const EVERY_MS = 50;
/** A timer is late by this much on any machine. */
const NOTICED_MS = 100;

/** Starts watching now. The time that a stopped process sleeps counts: the clock goes on. */
export function watchOwnDelay(now: () => number = () => performance.now()): OwnDelay {
  let last = now();
  let lost = 0;
  const look = (): void => {
    const late = now() - last - EVERY_MS;
    if (late > NOTICED_MS) lost += late;
    last = now();
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return {
    lostMs: () => {
      // A time-out that fires after a stop may come before the timer of this watch.
      look();
      return lost;
    },
    stop: () => clearInterval(timer),
  };
}
