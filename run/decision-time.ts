import type { Evidence } from '../contract/evidence/evidence.ts';

/**
 * The time as of which evidence is judged unless another one is asked for: when the run ended, or when a person said
 * the last word on it. It stands in the evidence, so that judging again on any day gives the same bytes.
 * @returns ISO time
 */
export function decisionTimeOf({ run, attestations }: Evidence): string {
  const ended = run.endedAt ?? run.startedAt;
  return (
    attestations
      // One that was kept in a file moves nothing by the time that it claims.
      .map(({ at, enteredAt }) => enteredAt ?? at)
      .reduce(
        (latest, at) => (Date.parse(at) > Date.parse(latest) ? new Date(at).toISOString() : latest),
        ended,
      )
  );
}
