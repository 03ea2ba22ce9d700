import path from 'node:path';
import { type Command, Option } from 'commander';
import { Phase } from '../../contract/evidence/outcome.ts';
import { Release } from '../../contract/plan/release.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { askVerdict, DEFAULT_OUTPUT } from '../../run/asked-verdict.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, filled, repeated } from '../command-context.ts';
import { locationOf, locationOption } from '../history/location-option.ts';
import { isFullCommit } from '../../signing/verdict-statement.ts';
import { createPost } from '../../host/post.ts';
import { parseReportUrl } from '../../gate/serve-options.ts';
import { PUBLISHER_NAMES, PUBLISHER_SECRETS, type PublisherName } from '../../reporters/publishers/index.ts';
import { publishersOf, publishVerdict } from '../../run/publish-verdict.ts';
import { mustHaveSettings } from '../../run/publisher-settings.ts';
import type { RunEnd } from '../../run/run.ts';
import { retireFragment } from '../../run/retire-verdict.ts';
import { sharedRunOf } from '../../run/shards/shard-option.ts';
import { configuredKeys, SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import { nameReport, showVerdict } from '../show-verdict.ts';

interface RunOptions {
  readonly config?: string;
  readonly playwright?: string;
  readonly phase: Phase;
  readonly release?: string;
  readonly commit?: string;
  readonly artifact?: string;
  readonly nonce?: string;
  readonly output: string;
  readonly state?: string;
  readonly keepGoing: boolean;
  readonly grep?: string;
  readonly signKey?: readonly string[];
  readonly shard?: string;
  readonly after?: readonly string[];
  readonly segment?: string;
  readonly startAt?: string;
  readonly publish: readonly PublisherName[];
  readonly reportUrl?: string;
  readonly location?: string;
  readonly cutover?: string;
  readonly json: boolean;
}

/** What stands in the report directory of a shared run until it is merged. */
const ONE_PART = 'This was one part of a run: `greenlight merge` answers, once it has every part.';

/** `greenlight run` */
export function runCommand(context: CommandContext): Command {
  return commandOf('run', 'Run every check of the plan and answer GO, NO_GO or INCONCLUSIVE.', [
    'greenlight run',
    'greenlight run --release 2026.11.2 --commit 3f2c1ab',
    'greenlight run --phase synthetic --json',
    'greenlight run --release 2026.11.2 --commit $(git rev-parse HEAD) --sign-key gate.key.pem',
    'greenlight run --shard 2/5 --nonce deploy-4711',
    'greenlight run --shard load --after greenlight-report/shard-?-of-5.json --nonce deploy-4711',
    'greenlight run --shard load --segment 1/3 --start-at 2026-11-21T09:05:00Z \\\n' +
      '      --after greenlight-report/shard-?-of-5.json --nonce deploy-4711',
  ])
    .option(...CONFIG_OPTION)
    .option(
      '--playwright <file>',
      'the Playwright configuration (default: playwright.config.* beside the plan)',
    )
    .addOption(
      new Option('--phase <phase>', 'selects checks and policy')
        .choices(Phase.options)
        .default('post-cutover'),
    )
    .option('--release <id>', 'the release that should be running')
    .option('--commit <sha>', 'its commit')
    .option('--artifact <digest>', 'digest of its artifact, sha256:<hex>')
    .option('--nonce <text>', 'ties the verdict to your question (default: made up)', filled)
    .option('-o, --output <directory>', 'where the report goes', DEFAULT_OUTPUT)
    .option('--state <directory>', 'ledger and leases (default: .greenlight beside the plan)')
    .option('--keep-going', 'run load although a blocking check failed', false)
    .option('-g, --grep <expression>', 'only matching checks; such a run never answers GO')
    .option(
      '--shard <i/n>',
      'run one share and write a fragment for `greenlight merge`; load is a share of its own. 0 says that the fragment is there',
    )
    .option('--after <fragments...>', 'with --shard load: the fragments of all shards')
    .option(
      '--segment <i/n>',
      'with --shard load: make one share of the load of k6, at the same time as the others',
    )
    .option('--start-at <time>', 'with --segment: when the load begins, ISO 8601; the same for all segments')
    .option(
      '--sign-key <file>',
      `seal what the run saw and sign a GO with this private key; may be given again (default: $${SIGNING_KEY_ENV}, a file or PEM)`,
      repeated,
    )
    .addOption(
      new Option('--publish <name...>', 'tell these too; GitHub Actions and GitLab CI are told by themselves')
        .choices(PUBLISHER_NAMES)
        .default([]),
    )
    .option('--report-url <url>', 'where the report can be read, for messages; {run} stands for the run')
    .addOption(locationOption())
    .option('--cutover <id>', 'the cut-over that the run belongs to, for the history', filled)
    .option('--json', 'print the verdict as JSON', false)
    .action(async (options: RunOptions) => {
      const verdict = askVerdict(
        context,
        options.output,
        { phase: options.phase, ...(options.nonce === undefined ? {} : { nonce: options.nonce }) },
        options.shard === undefined ? undefined : ONE_PART,
        options.shard !== undefined,
      );
      let end: RunEnd;
      let reportOf: ReturnType<typeof parseReportUrl>;
      try {
        reportOf = parseReportUrl(options.reportUrl);
        end = await start(context, options);
      } catch (error) {
        verdict.refuse(error);
        throw error;
      } finally {
        verdict.done();
      }
      showVerdict(context.screen, end.verdict, options.json, options.output);
      // One part of a run is not the answer that anyone waits for; the merge tells it.
      if (end.verdict !== undefined && options.shard === undefined) {
        nameReport(context.screen, options.output);
        const directory = path.resolve(context.cwd, options.output);
        await publishVerdict(publishersOf(options.publish, context.env), end.verdict, {
          env: context.env,
          directory,
          screen: context.screen,
          report: reportOf?.(end.verdict.run.id),
          post: createPost(),
        });
      }
      context.finish(end.exitCode);
    });
}

/** @throws GreenlightError before anything was run */
async function start(context: CommandContext, options: RunOptions): Promise<RunEnd> {
  const wanted = wantedRelease(options);
  const { keys, env } = configuredKeys(context.cwd, options.signKey, context.env);
  const shared = sharedRunOf(context.cwd, options, keys);
  if (shared !== undefined) retireFragment(context.cwd, options.output, shared.part);
  mustHaveSettings(options.publish, context.env);
  if (keys.length > 0) mustNameWholeCommit(wanted);
  const { run } = await import('../../run/run.ts');
  return run(
    {
      ...options,
      location: locationOf(options, context.env),
      cwd: context.cwd,
      env: withoutSecrets(env),
      wanted,
      signingKeys: keys,
      shared,
    },
    context.screen,
    context.interrupted,
  );
}

/** What tests a target must not be able to speak in our name. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !PUBLISHER_SECRETS.includes(name)));
}

/** Before the run, not after it: a signature names the commit by all of its digits. */
function mustNameWholeCommit(wanted: Release | null): void {
  if (wanted?.commit === undefined || isFullCommit(wanted.commit)) return;
  throw new GreenlightError(
    'RELEASE_INVALID',
    `--commit: a signed verdict needs all digits, not "${wanted.commit}"`,
  );
}

function wantedRelease(options: Pick<RunOptions, 'release' | 'commit' | 'artifact'>): Release | null {
  const { release: id, commit, artifact } = options;
  if (id === undefined) {
    if (commit === undefined && artifact === undefined) return null;
    throw new GreenlightError('OPTION_MISSING', '--commit and --artifact need --release <id>');
  }
  const parsed = Release.safeParse({
    id,
    ...(commit === undefined ? {} : { commit }),
    ...(artifact === undefined ? {} : { artifact }),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = issue?.path[0] === 'id' ? 'release' : String(issue?.path[0]);
  throw new GreenlightError('RELEASE_INVALID', `--${option}: ${issue?.message ?? 'is not right'}`);
}
