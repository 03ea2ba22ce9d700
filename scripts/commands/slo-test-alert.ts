import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import { testAlert, type TestAlertAnswer } from '../../slo/test-alert.ts';
import { type CommandContext, commandOf } from '../command-context.ts';

interface TestAlertCommandOptions {
  readonly alertmanager: string;
  readonly listen: string;
  readonly severity: string;
  readonly wait: string;
  readonly receiver?: string;
}

/** Alerting that does not work says nothing about the target, so none of these is a reason to roll back. */
const OUTCOMES: Record<TestAlertAnswer['state'], Outcome> = {
  delivered: 'pass',
  'not-delivered': 'unknown',
  unknown: 'unknown',
};

/** `greenlight slo test-alert` */
export function sloTestAlertCommand(context: CommandContext): Command {
  return commandOf('test-alert', 'Send a test alert through Alertmanager, and wait for it as its webhook.', [
    'greenlight slo test-alert --alertmanager http://alertmanager:9093 --listen 127.0.0.1:9095',
  ])
    .requiredOption(
      '--alertmanager <url>',
      'base address of Alertmanager; whoever it routes to hears of the test, unless routes drop the label greenlight_test',
    )
    .requiredOption(
      '--listen <host:port>',
      'where to wait; a webhook_config of Alertmanager must name this address',
    )
    .option('--severity <severity>', 'label that decides the route', 'critical')
    .option(
      '--receiver <name>',
      'our receiver in the configuration of Alertmanager: routed elsewhere is then told at once',
    )
    .option(
      '--wait <seconds>',
      'how long to wait: longer than group_wait of the route, and than group_interval unless it groups by alertname',
      '60',
    )
    .action(async (options: TestAlertCommandOptions) => {
      const at = options.listen.lastIndexOf(':');
      const [host, port] = [options.listen.slice(0, at), Number(options.listen.slice(at + 1))];
      const seconds = Number(options.wait);
      if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535)
        throw new GreenlightError('OPTION_INVALID', `--listen ${options.listen} is no host:port`);
      if (!(seconds > 0 && seconds <= 3600))
        throw new GreenlightError(
          'OPTION_INVALID',
          `--wait ${options.wait} must be between 1 and 3600 seconds`,
        );
      // Not repeated: there may be a password in it.
      if (!/^https?:\/\//.test(options.alertmanager) || !URL.canParse(options.alertmanager))
        throw new GreenlightError(
          'ADDRESS_INVALID',
          '--alertmanager is no address: write the whole of it, such as http://alertmanager:9093',
        );
      context.screen.transient(`waiting at ${options.listen} for at most ${seconds} s`);
      const { state, why, receivers } = await testAlert({
        alertmanager: options.alertmanager,
        listen: { host, port },
        labels: { alertname: 'GreenlightTestAlert', severity: options.severity },
        waitMs: seconds * 1000,
        ...(options.receiver === undefined ? {} : { receiver: options.receiver }),
        signal: context.interrupted,
      });
      const routed = receivers.length === 0 ? '' : `; Alertmanager routed it to: ${receivers.join(', ')}`;
      context.screen.out(`${state}: ${why}${routed}`);
      context.finish(exitCodeOf([OUTCOMES[state]]));
    });
}
