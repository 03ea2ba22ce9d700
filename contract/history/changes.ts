import type { Decision } from '../evidence/outcome.ts';
import type { RecordedOutcome, RunRecord } from './run-record.ts';

/** What is new in a record, against all that was known before it. */
export interface Changes {
  /** Nothing was known of this target, phase and place. */
  readonly first: boolean;
  /** The decision before, where it is another one. */
  readonly decisionBefore: Decision | undefined;
  /** Checks whose outcome is another one than when they last ran; a check that is new has no `before`. */
  readonly checks: readonly {
    readonly id: string;
    readonly before: RecordedOutcome | undefined;
    readonly now: RecordedOutcome;
  }[];
  /** The target says that it runs another release. */
  readonly release: boolean;
}

/** Whether anything is new. */
export function isChange({ first, decisionBefore, checks, release }: Changes): boolean {
  return first || release || decisionBefore !== undefined || checks.length > 0;
}

interface Known {
  decision: Decision | undefined;
  release: string;
  readonly outcomes: Map<string, RecordedOutcome>;
}

/**
 * Follows records in the order of their start, each phase and place by itself.
 * @returns what each record changes against those that were given before; skipped starts change nothing
 */
export function followChanges(): (record: RunRecord) => Changes {
  const known = new Map<string, Known>();
  return (record) => {
    const key = JSON.stringify([record.target, record.phase, record.location]);
    const before = known.get(key);
    if (record.decision === null) {
      return { first: false, decisionBefore: undefined, checks: [], release: false };
    }
    const outcomes = before?.outcomes ?? new Map<string, RecordedOutcome>();
    const release = releaseWord(record);
    const changes: Changes = {
      first: before === undefined,
      decisionBefore: before?.decision === record.decision ? undefined : before?.decision,
      checks: record.checks
        .filter(({ id, outcome }) => outcomes.get(id) !== outcome)
        .map(({ id, outcome }) => ({ id, before: outcomes.get(id), now: outcome })),
      // That it says nothing for once is no other release.
      release: before !== undefined && release !== '' && before.release !== '' && release !== before.release,
    };
    for (const { id, outcome } of record.checks) outcomes.set(id, outcome);
    known.set(key, { decision: record.decision, release: release || (before?.release ?? ''), outcomes });
    return changes;
  };
}

/** What the target said it runs, as one word; empty where it said nothing. */
export function releaseWord({ observed }: RunRecord): string {
  return observed === null ? '' : [observed.id ?? '', observed.commit ?? ''].join(' ').trim();
}

/** What the last of several records changes, oldest first. */
export function changesOf(before: readonly RunRecord[], record: RunRecord): Changes {
  const follow = followChanges();
  for (const one of before) follow(one);
  return follow(record);
}
