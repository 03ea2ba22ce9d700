import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { loadConfig } from '../../host/load-config.ts';
import { createPost } from '../../host/post.ts';
import { reachOf } from '../../notify/reach.ts';
import { tryChannels } from '../../notify/try-channels.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, repeated } from '../command-context.ts';

interface NotifyOptions {
  readonly config?: string;
  readonly channel: readonly string[];
  readonly json: boolean;
}

/** `greenlight notify --test` */
export function notifyCommand(context: CommandContext): Command {
  return commandOf('notify', 'Try out whether people are told: the channels of `notify` in the plan.', [
    'greenlight notify --test',
    'greenlight notify --test --channel on-call --json',
  ])
    .option(...CONFIG_OPTION)
    .requiredOption(
      '--test',
      'send a message that says it is a test through every channel; PagerDuty may ring',
    )
    .option('--channel <name>', 'this one alone; may be given several times', repeated, [])
    .option('--json', 'print what came of it as JSON', false)
    .action(async (options: NotifyOptions) => {
      const { plan } = await loadConfig(context.cwd, options.config);
      const redactor = redactorOf(plan, context.env);
      context.screen.protect(redactor);
      const { notify } = plan;
      if (notify === undefined)
        throw new GreenlightError('NO_NOTIFY', 'the plan tells nobody: it has no `notify`');
      const names = Object.keys(notify.channels);
      const unknown = options.channel.filter((name) => !names.includes(name));
      if (unknown.length > 0)
        throw new GreenlightError('NAME_UNKNOWN', `--channel ${unknown.join(', ')}: no channel of the plan`, {
          hint: `Use one of: ${names.join(', ')}.`,
        });
      const reach = reachOf(
        { env: context.env, post: createPost(), now: () => new Date() },
        notify,
        () => undefined,
      );
      context.screen.transient(`sending a test through ${options.channel.length || names.length} channels`);
      const tried = await tryChannels(notify, plan.target.name, reach, options.channel);
      const failed = tried.filter(({ problem }) => problem !== null);
      if (options.json) context.screen.out(JSON.stringify(redactor.deep(tried), null, 2));
      else {
        for (const { channel, routes, problem } of tried) {
          const outcome = problem === null ? 'taken ' : 'FAILED';
          context.screen.out(`${outcome}  ${channel}: ${problem ?? routes.join('; ')}`);
        }
        context.screen.out(
          `${tried.length - failed.length} of ${tried.length} channels took it; whether people saw it, ask them`,
        );
      }
      // A channel that does not work says nothing about the target.
      context.finish(exitCodeOf(failed.length === 0 ? 'GO' : 'INCONCLUSIVE'));
    });
}
