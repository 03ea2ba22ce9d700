import type { Changes } from '../../contract/history/changes.ts';
import type { CheckRecord, RunRecord } from '../../contract/history/run-record.ts';

/** What is told of a pass. */
export interface PassNews {
  readonly record: RunRecord;
  /** Earlier passes from the same place, oldest first. */
  readonly before: readonly RunRecord[];
  readonly changes: Changes;
  readonly told: readonly string[];
  readonly problems: readonly string[];
  /** Where the report is, as the user named it. */
  readonly report: string;
}

/** So many starts that were skipped one after the other are no coincidence. */
const MANY_SKIPPED = 3;

/** Whether somebody should read of a pass: something changed, something is wrong, or something is wrong with us. */
export function isNews(news: PassNews, changesOnly = false): boolean {
  const { record, changes, problems } = news;
  if (problems.length > 0) return true;
  if (record.decision === null) return skippedInARow(news) >= MANY_SKIPPED;
  const changed =
    changes.first ||
    changes.release ||
    changes.decisionBefore !== undefined ||
    // A check that is new to the plan and passes is what its author expected.
    changes.checks.some(({ before, now }) => before !== undefined || !isFine(now));
  // Where the policy bears test data that stays, a GO is no reason to let it pile up in silence.
  const wrong = record.decision !== 'GO' || record.leftovers > 0;
  return changed || (wrong && !changesOnly);
}

/** The message of a pass, for the terminal and the mail of cron. It begins with the decision. Pure. */
export function passMessage(news: PassNews): string {
  const { record, before, changes, told, problems, report } = news;
  const lines = [`${headOf(news)}: ${record.reason}`, `  ${whereOf(record)}`];
  if (changes.decisionBefore !== undefined) {
    const last = before.findLast(({ decision }) => decision !== null);
    lines.push(
      `  It was ${changes.decisionBefore}${last === undefined ? '' : ` at ${last.startedAt} (run ${last.run})`}.`,
    );
  } else if (changes.first) lines.push('  Nothing was known of it before.');
  for (const check of record.checks.filter(({ outcome }) => !isFine(outcome)))
    lines.push(...linesOf(check, before));
  for (const { id, before: was, now } of changes.checks) {
    if (was === undefined || !isFine(now)) continue;
    // What passed and finds nothing to look at any more is not ok again.
    lines.push(`  ${now === 'pass' ? 'ok again' : MARKS[now]}: ${id} (was ${was})`);
  }
  if (record.notDue.length > 0) {
    lines.push(
      `  Not due, and not asked: ${record.notDue.map(({ id, last }) => `${id} (${last.outcome} at ${last.at})`).join(', ')}`,
    );
  }
  if (record.leftovers > 0)
    lines.push(`  ${record.leftovers} pieces of test data are still on the target: greenlight sweep`);
  lines.push(...told.map((text) => `  told: ${text}`));
  lines.push(...problems.map((text) => `  on our side: ${text.trimEnd().replaceAll('\n', '\n    ')}`));
  if (record.decision !== null) lines.push(`  Report: ${report}`);
  return lines.join('\n');
}

function headOf(news: PassNews): string {
  const { decision, skipped } = news.record;
  if (decision !== null) return decision;
  const row = skippedInARow(news);
  return row > 1
    ? `NO ANSWER, ${row} starts in a row (${skipped?.kind ?? 'skipped'})`
    : `NO ANSWER (${skipped?.kind ?? 'skipped'})`;
}

function whereOf({ target, phase, location, observed, wanted, run, endedAt }: RunRecord): string {
  const release = observed?.id ?? observed?.commit;
  const running =
    release !== undefined ? `, release ${release}` : wanted?.id === undefined ? '' : `, wanted ${wanted.id}`;
  return `${target}, ${phase} from ${location}${running}, run ${run}, ${endedAt}`;
}

const MARKS: Readonly<Record<CheckRecord['outcome'], string>> = {
  pass: 'ok',
  fail: 'FAIL',
  unknown: 'cannot tell',
  'not-applicable': 'does not apply',
  'not-run': 'not run',
};

function linesOf(check: CheckRecord, before: readonly RunRecord[]): readonly string[] {
  const { id, title, outcome, severity, summary, measured, threshold, unit, owner, runbook } = check;
  const name = title === id ? id : `${title} (${id})`;
  const weight = [severity === 'advisory' && 'advisory', check.waived === true && 'waived'].filter(Boolean);
  const lines = [
    `  ${MARKS[outcome]}${weight.length > 0 ? ` [${weight.join(', ')}]` : ''}: ${name}: ${summary ?? 'nothing was seen'}`,
  ];
  if (measured !== undefined && threshold !== undefined)
    lines.push(`    measured ${String(measured)}${unit ? ` ${unit}` : ''}, wanted ${String(threshold)}`);
  const since = sinceWhen(check, before);
  if (since !== undefined) lines.push(`    since ${since}`);
  const help = [owner && `owner: ${owner}`, runbook && `runbook: ${runbook}`].filter(Boolean);
  if (help.length > 0) lines.push(`    ${help.join(', ')}`);
  return lines;
}

/** When it began to say so, where that was an earlier pass. */
function sinceWhen({ id, outcome }: CheckRecord, before: readonly RunRecord[]): string | undefined {
  let since: string | undefined;
  for (const record of [...before].reverse()) {
    const then = record.checks.find((check) => check.id === id);
    if (then === undefined) continue;
    if (then.outcome !== outcome) break;
    since = record.startedAt;
  }
  return since;
}

function skippedInARow({ record, before }: PassNews): number {
  if (record.skipped?.kind !== 'overlap') return 0;
  const last = before.findLastIndex(({ skipped }) => skipped?.kind !== 'overlap');
  return before.length - last;
}

function isFine(outcome: CheckRecord['outcome']): boolean {
  return outcome === 'pass' || outcome === 'not-applicable';
}
