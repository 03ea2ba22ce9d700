import { InvalidArgumentError } from 'commander';
import { Duration, durationMs } from '../../contract/plan/duration.ts';

/** An option that takes a span of time, in milliseconds. */
export function spanMs(text: string): number {
  if (Duration.safeParse(text).success) return durationMs(text);
  throw new InvalidArgumentError('It must be a span of time, such as 30s, 11m, 2h or 30d.');
}

/** An option that takes a moment: a span of time before now, or an ISO time. Gives an ISO time. */
export function moment(text: string): string {
  if (Duration.safeParse(text).success) return new Date(Date.now() - durationMs(text)).toISOString();
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError(
    'It must be a span of time such as 24h or 7d, or a time such as 2026-11-30T08:00Z.',
  );
}
