import { type Command, Option } from 'commander';
import { Phase } from '../../contract/evidence/outcome.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { changesOf } from '../../contract/history/changes.ts';
import type { RunRecord } from '../../contract/history/run-record.ts';
import { loadConfig } from '../../host/load-config.ts';
import { databaseAddress } from '../../history/open-history.ts';
import { migrateHistory } from '../../history/postgres/store.ts';
import { summaryHtml } from '../../reporters/history/summary-html.ts';
import { type SummaryInput, summaryMarkdown } from '../../reporters/history/summary-markdown.ts';
import { plural } from '../../reporters/renderers/words.ts';
import { type Uptime, uptimeOf, uptimeWords } from '../../reporters/history/uptime.ts';
import { plainText, textTable } from '../../run/text-table.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, wholeNumber } from '../command-context.ts';
import { openedHistory } from '../history/opened-history.ts';
import { moment } from '../history/span-option.ts';

interface HistoryOptions {
  readonly config?: string;
  readonly state?: string;
  readonly since?: string;
  readonly check?: string;
  readonly phase?: Phase;
  readonly location?: string;
  readonly last: number;
  readonly summary?: keyof typeof SPANS;
  readonly html: boolean;
  readonly json: boolean;
}

const HOUR_MS = 3_600_000;
const SPANS = { hourly: HOUR_MS, daily: 24 * HOUR_MS, weekly: 7 * 24 * HOUR_MS };
const DEFAULT_SINCE_MS = 24 * HOUR_MS;

/** `greenlight history` and `history migrate` */
export function historyCommand(context: CommandContext): Command {
  const command = commandOf('history', 'Show what earlier runs said: decisions, uptime, times, changes.', [
    'greenlight history',
    'greenlight history --check customer-can-buy --since 7d',
    'greenlight history --since 30d --json',
    'greenlight history --summary daily > daily.md',
    'greenlight history --summary weekly --html > weekly.html',
  ])
    .option(...CONFIG_OPTION)
    .option(
      '--since <span>',
      'so far back: 24h, 7d, or a time such as 2026-11-30T08:00Z (default: 24h)',
      moment,
    )
    .option('--check <id>', 'only this check, with its values')
    .addOption(new Option('--phase <phase>', 'only runs of this phase').choices(Phase.options))
    .option('--location <name>', 'only runs from this place')
    .option('--last <count>', 'list so many runs; the uptime is of all', wholeNumber(1), 20)
    .addOption(
      new Option(
        '--summary <name>',
        'the last hour, day or week against the one before, as Markdown',
      ).choices(Object.keys(SPANS)),
    )
    .addOption(new Option('--html', 'the summary as a page').default(false).conflicts('json'))
    .option('--state <directory>', 'where the history is (default: .greenlight beside the plan)')
    .option('--json', 'as JSON: uptime, records, and what could not be read', false)
    .addHelpText(
      'after',
      '\nThe exit code is 0 when there is something to show, and 20 when no run is recorded.',
    )
    .action(async (options: HistoryOptions) => {
      const { plan, store } = await openedHistory(context, options);
      try {
        const target = plan.target.name;
        const span = options.summary === undefined ? undefined : SPANS[options.summary];
        const now = Date.now();
        const from = options.since ?? new Date(now - (span ?? DEFAULT_SINCE_MS)).toISOString();
        const since = span === undefined ? from : new Date(2 * Date.parse(from) - now).toISOString();
        const { phase, location } = options;
        const read = await store.read({ target, phase, location, since });
        const records = read.records.filter(({ startedAt }) => Date.parse(startedAt) >= Date.parse(from));
        for (const text of read.damaged) context.screen.err(`Could not be read: ${text}`);
        if (options.summary !== undefined) {
          const input: SummaryInput = {
            target,
            name: options.summary,
            from,
            to: new Date(now).toISOString(),
            records,
            earlier: read.records.filter((record) => !records.includes(record)),
            damaged: read.damaged,
          };
          context.screen.out(options.html ? summaryHtml(input) : summaryMarkdown(input));
        } else if (options.json) {
          const uptime = uptimeOf(target, records);
          context.screen.out(JSON.stringify({ uptime, records, damaged: read.damaged }, null, 2));
        } else {
          const told =
            options.check === undefined
              ? runsTold(target, records, options.last)
              : checkTold(records, options.check, options.last);
          context.screen.out(told.join('\n'));
        }
        context.finish(records.length === 0 ? EXIT.INCONCLUSIVE : EXIT.GO);
      } finally {
        await store.close();
      }
    });
  command.addCommand(migrateCommand(context));
  return command;
}

function migrateCommand(context: CommandContext): Command {
  return commandOf('migrate', 'Make or update the schema of the history in your PostgreSQL.', [
    'greenlight history migrate',
  ])
    .option(...CONFIG_OPTION)
    .action(async (options: { readonly config?: string }) => {
      const { plan } = await loadConfig(context.cwd, options.config);
      const { before, after } = await migrateHistory(databaseAddress(plan, context.env));
      const what =
        before === after ? `is at version ${after} already` : `went from version ${before} to ${after}`;
      context.screen.out(`The schema greenlight_history ${what}.`);
      context.finish(EXIT.GO);
    });
}

function runsTold(target: string, records: readonly RunRecord[], last: number): readonly string[] {
  if (records.length === 0) return [`No run of ${plainText(target)} is recorded in this time.`];
  const uptime = uptimeOf(target, records);
  const runs = records.slice(-last).map((record, index, shown) => {
    const at = records.length - shown.length + index;
    const changed = changesOf(records.slice(Math.max(0, at - 50), at), record).checks;
    return [
      record.startedAt,
      record.phase,
      record.location,
      record.decision ?? `skipped (${record.skipped?.kind ?? 'not known'})`,
      record.observed?.id ?? '',
      record.run,
      changed
        .filter(({ before }) => before !== undefined)
        .map(({ id, before, now }) => `${id}: ${before} -> ${now}`)
        .join('; '),
    ];
  });
  return [
    ...textTable(['started', 'phase', 'from', 'decision', 'release', 'run', 'changed'], runs),
    '',
    ...uptimeTold(uptime),
  ];
}

function uptimeTold({ decisions, outages, meanOutageMs, checks, runs }: Uptime): readonly string[] {
  const mean =
    meanOutageMs === null ? '' : `, ${(meanOutageMs / 60_000).toFixed(1)} min on average until GO again`;
  return [
    `${runs} starts: ${decisions.GO} GO, ${decisions.NO_GO} NO_GO, ${decisions.INCONCLUSIVE} INCONCLUSIVE, ${decisions.skipped} skipped; ${plural(outages, 'outage')}${mean}`,
    '',
    ...textTable(
      ['check', 'uptime', 'pass', 'fail', 'unknown', 'p50 ms', 'p95 ms', 'p99 ms', 'last'],
      checks.map(({ id, uptime, counts, p50, p95, p99, last }) => [
        id,
        uptimeWords(uptime),
        String(counts.pass),
        String(counts.fail),
        String(counts.unknown + counts['not-run']),
        String(p50 ?? ''),
        String(p95 ?? ''),
        String(p99 ?? ''),
        last.outcome,
      ]),
      [1, 2, 3, 4, 5, 6, 7],
    ),
  ];
}

function checkTold(records: readonly RunRecord[], id: string, last: number): readonly string[] {
  const ran = records.filter(({ checks }) => checks.some((check) => check.id === id));
  if (ran.length === 0) return [`No run of ${plainText(id)} is recorded in this time.`];
  const rows = ran.slice(-last).map((record) => {
    const check = record.checks.find((one) => one.id === id);
    return [
      record.startedAt,
      record.location,
      check?.outcome ?? '',
      String(check?.ms ?? ''),
      check?.measured === undefined ? '' : `${String(check.measured)}${check.unit ? ` ${check.unit}` : ''}`,
      check?.cause ?? '',
      check?.summary ?? (check?.steps ?? []).map((step) => `${step.id} ${step.ms} ms`).join(', '),
    ];
  });
  const uptime = uptimeOf(
    '',
    ran.map((record) => ({ ...record, checks: record.checks.filter((check) => check.id === id) })),
  );
  return [
    ...textTable(['started', 'from', 'outcome', 'ms', 'measured', 'cause', 'said'], rows, [3]),
    '',
    ...uptimeTold(uptime),
  ];
}
