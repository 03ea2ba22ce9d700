import type { RunRecord } from '../history/run-record.ts';

/** What came of deciding and telling alerts after one run. */
export interface AlertsEnd {
  /** What was told by other ways than this process' output, one sentence each: `PagerDuty: opened checkout (P1)`. */
  readonly told: readonly string[];
  /** What could not be told, one sentence each. It never changes a decision. */
  readonly problems: readonly string[];
}

/** Decides after each run what is told, and tells it. */
export interface AlertDesk {
  /**
   * @param run the run that just ended; the history holds it already, unless it could not be written
   * @param before earlier runs of the same target and phase, from all locations, oldest first, without this one
   */
  decideAlerts(run: RunRecord, before: readonly RunRecord[]): Promise<AlertsEnd>;
}
