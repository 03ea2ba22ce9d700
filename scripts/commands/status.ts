import { type Command, Option } from 'commander';
import { Phase } from '../../contract/evidence/outcome.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { freshnessOf, type PlaceStatus, statusDecision } from '../../contract/history/freshness.ts';
import { spanWords } from '../../contract/plan/duration.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, repeated } from '../command-context.ts';
import { openedHistory } from '../history/opened-history.ts';
import { spanMs } from '../history/span-option.ts';

interface StatusOptions {
  readonly config?: string;
  readonly state?: string;
  readonly maxAge: number;
  readonly phase: Phase;
  readonly location?: readonly string[];
  readonly json: boolean;
}

/** More starts than these in a row that looked at nothing say as much as none. */
const LOOKED_THROUGH = 500;

/** `greenlight status`: the alarm for a schedule that does not run, for whoever else has a schedule. */
export function statusCommand(context: CommandContext): Command {
  return commandOf('status', 'Say whether somebody still looks at the target, and what was seen last.', [
    'greenlight status --max-age 11m',
    'greenlight status --max-age 11m --location frankfurt --location virginia',
  ])
    .option(...CONFIG_OPTION)
    .requiredOption(
      '--max-age <span>',
      'the newest run may be so old: twice the interval and a minute',
      spanMs,
    )
    .addOption(
      new Option('--phase <phase>', 'runs of this phase').choices(Phase.options).default('synthetic'),
    )
    .option(
      '--location <name>',
      'a place that must have looked; may be given again (default: synthetic.locations of the plan)',
      repeated,
    )
    .option('--state <directory>', 'where the history is (default: .greenlight beside the plan)')
    .option('--json', 'as JSON', false)
    .addHelpText(
      'after',
      '\nThe exit code is that of the newest runs, and 20 where one is too old, in the future, damaged, or was never there.',
    )
    .action(async (options: StatusOptions) => {
      const { plan, store } = await openedHistory(context, options);
      try {
        const { name: target } = plan.target;
        const { phase } = options;
        const expected = options.location ?? plan.synthetic.locations;
        const asked = expected.length === 0 ? [undefined] : expected;
        const readings = await Promise.all(
          asked.map((location) => store.read({ target, phase, location, last: LOOKED_THROUGH })),
        );
        const now = new Date().toISOString();
        const records = readings.flatMap((reading) => reading.records);
        const places = freshnessOf(records, expected, options.maxAge, now);
        const damaged = readings.some(({ tailDamaged }) => tailDamaged);
        const decision = statusDecision(places, damaged);
        if (damaged)
          context.screen.err('The newest record of the history is damaged; greenlight history names it.');
        context.screen.out(
          options.json
            ? JSON.stringify({ target, phase, at: now, maxAgeMs: options.maxAge, decision, places }, null, 2)
            : [
                `${decision}: ${target}, ${phase}`,
                ...places.map((one) => `  ${words(one, options.maxAge)}`),
              ].join('\n'),
        );
        context.finish(exitCodeOf(decision));
      } finally {
        await store.close();
      }
    });
}

function words({ location, state, newest }: PlaceStatus, maxAgeMs: number): string {
  if (newest === null) return `${location}: no run was ever recorded`;
  const seen = `${newest.decision} at ${newest.at} (run ${newest.run})`;
  const age = spanWords(Math.abs(newest.ageMs));
  if (state === 'ahead') return `${location}: ${seen} lies ${age} in the future: look at the clocks`;
  return state === 'old'
    ? `${location}: too old, ${age} ago, and ${spanWords(maxAgeMs)} is allowed: ${seen}. Does its schedule run?`
    : `${location}: ${seen}, ${age} ago`;
}
