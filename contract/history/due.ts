import { CHECK_KINDS } from '../plan/kinds/index.ts';
import type { PlannedCheck } from '../plan/checks.ts';
import { durationMs } from '../plan/duration.ts';
import type { Group, Policy } from '../verdict/policy.ts';
import { releaseWord } from './changes.ts';
import type { CheckRecord, NotDueRecord, RunRecord } from './run-record.ts';

/** A schedule starts a little early or late each time: this share of `every`, and never more than a minute. */
const EARLY_SHARE = 0.1;
const MOST_EARLY_MS = 60_000;

/** What a pass asks, and what it leaves to a later one. */
export interface DueChecks {
  readonly due: readonly PlannedCheck[];
  readonly notDue: readonly NotDueRecord[];
}

/** What a pass is about; a result about anything else is none. */
export interface PassSubject {
  /** ISO time of its start. */
  readonly startedAt: string;
  readonly planDigest: string;
  readonly wanted: { readonly id?: string | undefined; readonly commit?: string | undefined } | null;
}

/**
 * Which checks of a phase are due. One that did not pass when it last ran is always due, and so is one whose result is
 * about another plan or release, comes from a run with a fault of its own, lies in the future, or is not there: only a
 * pass that still holds can stand for a check.
 * Steps go with their flow and members of a group with each other; a pass never decides without a blocking check, so the
 * one whose turn comes first is taken along where only advisory ones are due, or nothing is while the last answer was no GO:
 * what held that up, such as another release, is asked again and not forgotten. Pure.
 * @param records earlier passes of the same target, phase and place, oldest first
 * @returns no due check besides those that a target brings with it: then there is nothing to run
 */
export function dueChecks(
  manifest: readonly PlannedCheck[],
  groups: readonly Group[],
  records: readonly RunRecord[],
  subject: PassSubject,
): DueChecks {
  const newest = records.findLast(({ decision }) => decision !== null);
  const standing = new Map<string, NotDueRecord>();
  for (const check of manifest) {
    const stands = check.every === undefined ? undefined : stillStands(check, records, newest, subject);
    if (stands !== undefined) standing.set(check.id, stands);
  }
  const take = (ids: readonly string[]): void => {
    for (const id of ids) standing.delete(id);
  };
  const together = [...journeys(manifest), ...groups.map(({ checks }) => checks)];
  const settle = (): void => {
    for (let before = -1; before !== standing.size;) {
      before = standing.size;
      for (const ids of together) if (ids.some((id) => isDue(manifest, standing, id))) take(ids);
    }
  };
  settle();
  const asked = manifest.filter((check) => !standing.has(check.id) && !isBroughtAlong(check));
  const decides = (check: PlannedCheck): boolean => check.severity === 'blocking' && !isBroughtAlong(check);
  const open = newest !== undefined && newest.decision !== 'GO';
  if ((asked.length > 0 || open) && !asked.some(decides)) {
    const rest = manifest.filter(({ id }) => standing.has(id));
    const candidates = asked.length > 0 || rest.some(decides) ? rest.filter(decides) : rest;
    const [next] = candidates.sort((one, other) => dueAtOf(standing, one) - dueAtOf(standing, other));
    if (next !== undefined) take([next.id]);
    settle();
  }
  return {
    due: manifest.filter(({ id }) => !standing.has(id)),
    notDue: manifest.flatMap(({ id }) => standing.get(id) ?? []),
  };
}

/**
 * The policy of a pass that asks only what is due: what it leaves out takes its share with it. That is the share of those
 * that passed; one that found nothing to look at counted for no pass before, and takes none away. Pure.
 */
export function policyOfDue(
  policy: Policy,
  manifest: readonly PlannedCheck[],
  { due, notDue }: DueChecks,
): Policy {
  const passed = new Set(notDue.filter(({ last }) => last.outcome === 'pass').map(({ id }) => id));
  const left = manifest.filter(({ id, severity }) => severity === 'blocking' && passed.has(id)).length;
  return {
    ...policy,
    minimumPassed: Math.max(1, policy.minimumPassed - left),
    groups: policy.groups.filter(({ checks }) => checks.some((one) => due.some(({ id }) => id === one))),
  };
}

/** Whether anything of the plan's own is due; what a target brings with it is asked by every pass. */
export function hasWork({ due }: DueChecks): boolean {
  return due.some((check) => !isBroughtAlong(check));
}

function isBroughtAlong({ source }: PlannedCheck): boolean {
  return CHECK_KINDS[source].room === 'suites/readiness';
}

function isDue(
  manifest: readonly PlannedCheck[],
  standing: ReadonlyMap<string, unknown>,
  id: string,
): boolean {
  return manifest.some((check) => check.id === id) && !standing.has(id);
}

function dueAtOf(standing: ReadonlyMap<string, NotDueRecord>, { id }: PlannedCheck): number {
  return Date.parse(standing.get(id)?.dueAt ?? '');
}

function journeys(manifest: readonly PlannedCheck[]): readonly (readonly string[])[] {
  const steps = new Map<string, string[]>();
  for (const { id, partOf } of manifest) {
    if (partOf === undefined) continue;
    const list = steps.get(partOf) ?? [partOf];
    steps.set(partOf, [...list, id]);
  }
  return [...steps.values()];
}

/** The last result of a check, while it still speaks for it. */
function stillStands(
  check: PlannedCheck,
  records: readonly RunRecord[],
  newest: RunRecord | undefined,
  subject: PassSubject,
): NotDueRecord | undefined {
  const record = records.findLast(({ checks }) => checks.some(({ id }) => id === check.id));
  const last = record?.checks.find(({ id }) => id === check.id);
  if (record === undefined || last === undefined || newest === undefined || !holds(last)) return undefined;
  // Of a run that was interrupted, lost its lease or met another fault of ours, nothing is good enough to stand for later;
  // that its test data could not be removed changes nothing of what it saw, and more of it would not help.
  if (record.blind.some(({ cause, checks }) => checks.length === 0 && cause !== 'clean-up')) return undefined;
  if (record.planDigest !== subject.planDigest) return undefined;
  if (JSON.stringify(wordsOf(record.wanted)) !== JSON.stringify(wordsOf(subject.wanted))) return undefined;
  if (releaseWord(record) !== releaseWord(newest)) return undefined;
  const everyMs = durationMs(check.every ?? '');
  const ranAt = Date.parse(record.startedAt);
  const ageMs = Date.parse(subject.startedAt) - ranAt;
  if (ageMs < 0 || ageMs >= everyMs - Math.min(MOST_EARLY_MS, everyMs * EARLY_SHARE)) return undefined;
  return {
    id: check.id,
    title: check.title,
    last: { run: record.run, at: record.startedAt, outcome: last.outcome },
    dueAt: new Date(ranAt + everyMs).toISOString(),
  };
}

function holds({ outcome }: CheckRecord): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}

function wordsOf(release: PassSubject['wanted']): readonly string[] {
  return [release?.id ?? '', release?.commit ?? ''];
}

/** The longest time between two results of one check, in milliseconds: so far back a pass has to look. */
export function longestEveryMs(manifest: readonly PlannedCheck[]): number {
  return Math.max(0, ...manifest.flatMap(({ every }) => (every === undefined ? [] : durationMs(every))));
}
