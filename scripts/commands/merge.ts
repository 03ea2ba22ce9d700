import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { Phase } from '../../contract/evidence/outcome.ts';
import type { Verdict } from '../../contract/verdict/verdict.ts';
import { askVerdict, DEFAULT_OUTPUT } from '../../run/asked-verdict.ts';
import { type CommandContext, commandOf, filled, repeated } from '../command-context.ts';
import { createPost } from '../../host/post.ts';
import { parseReportUrl } from '../../gate/serve-options.ts';
import { publishersOf, publishVerdict } from '../../run/publish-verdict.ts';
import { PUBLISHER_NAMES, type PublisherName } from '../../reporters/publishers/index.ts';
import { mustHaveSettings } from '../../run/publisher-settings.ts';
import { mergeReports } from '../../run/shards/merge-reports.ts';
import { nameReport, noteUnsealed, showVerdict } from '../show-verdict.ts';
import { configuredKeys, SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import type { SigningKey } from '../../signing/key-file.ts';

interface MergeOptions {
  readonly nonce: string;
  readonly release?: string;
  readonly commit?: string;
  readonly phase?: Phase;
  readonly output: string;
  readonly signKey?: readonly string[];
  readonly publish: readonly PublisherName[];
  readonly reportUrl?: string;
  readonly json: boolean;
}

/** `greenlight merge` */
export function mergeCommand(context: CommandContext): Command {
  return commandOf('merge', 'Judge the fragments of all shards of a run once, and answer like `run`.', [
    'greenlight merge --nonce deploy-4711 greenlight-report/shard-*.json',
    'greenlight merge --nonce deploy-4711 --release 2026.11.2 --commit $(git rev-parse HEAD) \\\n' +
      '      --sign-key gate.key.pem fragments/shard-*.json',
  ])
    .argument('[fragments...]', 'what `greenlight run --shard` wrote: every part of the run, exactly once')
    .requiredOption(
      '--nonce <text>',
      'the --nonce of the shards; fragments with another one are foreign',
      filled,
    )
    .option('--release <id>', 'refuse fragments about another release')
    .option('--commit <sha>', 'refuse fragments about another commit')
    .addOption(new Option('--phase <phase>', 'refuse fragments of another phase').choices(Phase.options))
    .option('-o, --output <directory>', 'where the report goes', DEFAULT_OUTPUT)
    .option(
      '--sign-key <file>',
      `refuse what this key did not seal, and sign a GO with it; may be given again (default: $${SIGNING_KEY_ENV}, a file or PEM)`,
      repeated,
    )
    .option(
      '--publish <name>',
      `tell ${PUBLISHER_NAMES.join(', ')} too; may be given again (inside of them by itself)`,
      publisherNamed,
      [],
    )
    .option('--report-url <url>', 'where the report can be read, for messages; {run} stands for the run')
    .option('--json', 'print the verdict as JSON', false)
    .action(async (files: readonly string[], options: MergeOptions) => {
      const { nonce, phase } = options;
      const asked = askVerdict(
        context,
        options.output,
        { nonce, ...(phase === undefined ? {} : { phase }) },
        'The merge was started and has not finished.',
      );
      const directory = path.resolve(context.cwd, options.output);
      let verdict: Verdict;
      let keys: readonly SigningKey[];
      let reportOf: ReturnType<typeof parseReportUrl>;
      try {
        reportOf = parseReportUrl(options.reportUrl);
        mustHaveSettings(options.publish, context.env);
        ({ keys } = configuredKeys(context.cwd, options.signKey, context.env));
        verdict = mergeReports({ ...options, cwd: context.cwd, directory, files, signingKeys: keys });
      } catch (error) {
        asked.refuse(error);
        throw error;
      } finally {
        asked.done();
      }
      showVerdict(context.screen, verdict, options.json);
      noteUnsealed(context.screen, 'the fragments', keys.length);
      nameReport(context.screen, options.output);
      await publishVerdict(publishersOf(options.publish, context.env), verdict, {
        env: context.env,
        directory,
        screen: context.screen,
        report: reportOf?.(verdict.run.id),
        post: createPost(),
      });
      context.finish(exitCodeOf(verdict.decision));
    });
}

/** One at a time: an option that takes several would take the fragments for more of them. */
function publisherNamed(text: string, before: readonly PublisherName[]): readonly PublisherName[] {
  const name = PUBLISHER_NAMES.find((one) => one === text);
  if (name === undefined)
    throw new InvalidArgumentError(`Allowed choices are ${PUBLISHER_NAMES.join(', ')}.`);
  return [...before, name];
}
