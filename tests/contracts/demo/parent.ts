import { startPostgres } from '../../../demo/parts/postgres.ts';
import { startRedis } from '../../../demo/parts/redis.ts';
import { startSmtpSink } from '../../../demo/parts/smtp-sink.ts';
import { startStripeStandIn } from '../../../demo/stripe-stand-in/start.ts';

/** Run as a process: starts every part below the directory of the first argument, says so, and waits to be killed. */
const directory = process.argv[2];
const binding = process.argv[3] === 'guard' ? 'guard' : 'auto';
if (directory === undefined) throw new Error('usage: parent.ts <directory> [guard]');

await Promise.all([
  startPostgres({ directory, name: 'one', binding }),
  startRedis({ directory, binding }),
  ...(binding === 'guard'
    ? []
    : [
        startRedis({ directory, source: 'emulated' }),
        startSmtpSink({ directory }),
        startStripeStandIn({ directory }),
      ]),
]);
process.send?.('ready');
setInterval(() => undefined, 1_000);
