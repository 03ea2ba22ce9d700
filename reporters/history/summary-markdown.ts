import { followChanges, isChange } from '../../contract/history/changes.ts';
import type { RunRecord } from '../../contract/history/run-record.ts';
import { markdownText } from '../renderers/markdown-text.ts';
import { plural } from '../renderers/words.ts';
import { type Uptime, uptimeOf, uptimeWords } from './uptime.ts';

/** A span of the history and the one before it, of the same length. */
export interface SummaryInput {
  readonly target: string;
  /** `hourly`, `daily`, `weekly`, or how long it is. */
  readonly name: string;
  /** ISO times. */
  readonly from: string;
  readonly to: string;
  readonly records: readonly RunRecord[];
  readonly earlier: readonly RunRecord[];
  /** What of the history could not be read. */
  readonly damaged: readonly string[];
}

/** What every form of a summary says. */
export interface Summary {
  readonly title: string;
  readonly headline: string;
  readonly lines: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly events: readonly string[];
}

const MOST_EVENTS = 50;
const LONGEST = 300;

/** The facts of a summary, once for all forms. Pure. */
export function summaryOf({ target, name, from, to, records, earlier, damaged }: SummaryInput): Summary {
  const now = uptimeOf(target, records);
  const then = uptimeOf(target, earlier);
  const { GO, NO_GO, INCONCLUSIVE, skipped } = now.decisions;
  return {
    title: `${target}: ${name} summary`,
    headline: headlineOf(now, records),
    lines: [
      `${from} to ${to}: ${now.runs} starts: ${GO} GO, ${NO_GO} NO_GO, ${INCONCLUSIVE} INCONCLUSIVE, ${skipped} skipped.`,
      `${plural(now.outages, 'outage')}${now.meanOutageMs === null ? '' : `, ${minutes(now.meanOutageMs)} on average until GO again`}.`,
      ...(damaged.length === 0 ? [] : [`${damaged.length} records could not be read.`]),
    ],
    columns: ['check', 'uptime', 'before', 'pass', 'fail', 'unknown', 'p50', 'p95', 'p95 before', 'last'],
    rows: now.checks.map((check) => {
      const before = then.checks.find(({ id }) => id === check.id);
      return [
        check.title === check.id ? check.id : `${check.title} (${check.id})`,
        uptimeWords(check.uptime),
        uptimeWords(before?.uptime ?? null),
        String(check.counts.pass),
        String(check.counts.fail),
        String(check.counts.unknown + check.counts['not-run']),
        time(check.p50),
        time(check.p95),
        time(before?.p95 ?? null),
        `${check.last.outcome} since ${check.since}`,
      ];
    }),
    events: eventsOf(records, earlier),
  };
}

function headlineOf({ runs, decisions, checks }: Uptime, records: readonly RunRecord[]): string {
  if (runs - decisions.skipped === 0) return 'Nobody looked: no run came to a decision.';
  const bad = checks.filter(({ last }) => last.outcome === 'fail' || last.outcome === 'unknown');
  // A place that fails is not well because another one looked after it, nor a run in which no check came to its turn.
  const ends = new Map<string, RunRecord>();
  for (const record of records) if (record.decision !== null) ends.set(record.location, record);
  const parts = [
    ...[...ends.values()].flatMap(({ decision, location }) =>
      decision === 'GO' ? [] : [`${decision} from ${location}`],
    ),
    ...bad.map(({ id, last }) => `${id} (${last.outcome})`),
  ];
  if (parts.length > 0) return `Not well at the end: ${parts.join(', ')}.`;
  return decisions.NO_GO + decisions.INCONCLUSIVE === 0
    ? 'All runs were GO.'
    : 'Well at the end, and not all the time.';
}

/** What changed, oldest first, with its time; the first record ever is no event. */
function eventsOf(records: readonly RunRecord[], earlier: readonly RunRecord[]): readonly string[] {
  const follow = followChanges();
  for (const record of earlier) follow(record);
  const events = records.flatMap((record) => {
    const changes = follow(record);
    if (changes.first || !isChange(changes)) return [];
    const parts = [
      ...(changes.decisionBefore === undefined
        ? []
        : [`${changes.decisionBefore} -> ${record.decision ?? 'none'}`]),
      ...(changes.release
        ? [`release ${record.observed?.id ?? record.observed?.commit ?? 'not known'}`]
        : []),
      ...changes.checks.flatMap(({ id, before, now }) =>
        before === undefined ? [] : [`${id}: ${before} -> ${now}`],
      ),
    ];
    return parts.length === 0 ? [] : [`${record.startedAt} ${record.location}: ${parts.join('; ')}`];
  });
  const more = events.length - MOST_EVENTS;
  return more > 0 ? [`${more} earlier ones are not shown`, ...events.slice(-MOST_EVENTS)] : events;
}

/** A summary as Markdown. Pure. */
export function summaryMarkdown(input: SummaryInput): string {
  const { title, headline, lines, columns, rows, events } = summaryOf(input);
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => markdownText(cell, LONGEST)).join(' | ')} |`;
  return [
    `# ${markdownText(title, LONGEST)}`,
    '',
    `**${markdownText(headline, LONGEST * 4)}**`,
    '',
    ...lines,
    '',
    row(columns),
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...rows.map(row),
    '',
    '## What changed',
    '',
    ...(events.length === 0 ? ['Nothing.'] : events.map((event) => `- ${markdownText(event, LONGEST * 2)}`)),
    '',
  ].join('\n');
}

function time(ms: number | null): string {
  return ms === null ? '' : `${ms} ms`;
}

function minutes(ms: number): string {
  return `${Number((ms / 60_000).toFixed(1))} min`;
}
