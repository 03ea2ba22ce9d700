import { InvalidArgumentError } from 'commander';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import type { MeasuredRun } from '../../run/baseline/measured-run.ts';

/** The first minutes after a cut-over, where nobody says another number, in seconds. */
export const FIRST_MINUTES_S = 900;

/**
 * Refuses runs whose load was not made in the first minutes after the cut-over. By the clock of the machine that made it.
 * @param checks ids of load checks; all when empty
 * @throws GreenlightError BASELINE_REFUSED that names every load that was made before or later
 */
export function mustBeAfterCutover(
  runs: readonly MeasuredRun[],
  checks: readonly string[],
  cutover: Date,
  withinS: number,
): void {
  const problems = runs.flatMap(({ directory, checks: measured }) =>
    measured
      .filter(({ check }) => checks.length === 0 || checks.includes(check))
      .flatMap(({ check, measured: load }): Problem[] => {
        const { startedAt = '', durationMs = 0 } = load?.result ?? {};
        const sinceMs = Date.parse(startedAt) - cutover.getTime();
        if (sinceMs >= 0 && sinceMs + durationMs <= withinS * 1000) return [];
        return [
          {
            path: `${directory}: ${check}`,
            value: startedAt,
            problem: `was not made within ${withinS} s after ${cutover.toISOString()}`,
            remedy: 'take a run of those minutes, or correct --cutover and --within',
          },
        ];
      }),
  );
  if (problems.length === 0) return;
  throw new GreenlightError(
    'BASELINE_REFUSED',
    'these runs are not of the first minutes after the cut-over',
    { problems },
  );
}

/** A moment, with its zone: two machines must mean the same by it. */
export function timeOption(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(text) && Number.isFinite(time.getTime())) return time;
  throw new InvalidArgumentError('It must be a time with its zone, such as 2026-11-21T09:00:00Z.');
}

/** @returns seconds */
export function durationOption(text: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const seconds = Number(count) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
  if (seconds >= 1 && seconds <= 24 * 3600) return seconds;
  throw new InvalidArgumentError('It must be a time of at most a day, such as 15m, 900s or 1h.');
}
