import { Unavailable } from '../../contract/cannot-tell.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { redisAddress } from '../../contract/plan/redis-address.ts';
import { diffKeyspaces } from '../../data-checks/redis/diff-keyspaces.ts';
import type { KeyspaceDiff, KeyspaceOptions } from '../../data-checks/redis/keyspace-diff.ts';
import { type CommandContext, commandOf, repeated, wholeNumber } from '../command-context.ts';
import { exitCodeOfKeyspaces } from '../data/exit-code-of-data.ts';
import { renderKeyspaces } from '../data/render-keyspaces.ts';
import { protectAddresses, untilInterrupted } from '../data/two-databases.ts';
import type { Screen } from '../../safety/screen.ts';

interface DataRedisOptions {
  readonly old: string;
  readonly new: string;
  readonly prefix: readonly string[];
  readonly ignore: readonly string[];
  readonly expiryTolerance: number;
  readonly rounds: number;
  readonly maxMemoryShare?: number;
  readonly maxClientsShare?: number;
  readonly json: boolean;
  readonly values: boolean;
  readonly allowEmpty: boolean;
  readonly timeout: number;
}

/** `greenlight data redis` */
export function dataRedisCommand(context: CommandContext): Command {
  return commandOf('redis', 'Compare two Redis databases key by key: values, types, expiry.', [
    'greenlight data redis --old redis://old-host:6379/0 --new rediss://new-host:6379/0',
    "greenlight data redis --old ... --new ... --prefix session: --ignore 'session:tmp:*' --json",
    'greenlight data redis --old ... --new ... --max-memory-share 0.8 --max-clients-share 0.5',
  ])
    .requiredOption('--old <url>', 'redis:// or rediss:// address of the old database')
    .requiredOption('--new <url>', 'redis:// or rediss:// address of the new database')
    .option('--prefix <text>', 'only keys that begin with it; may be given several times', repeated, [])
    .option(
      '--ignore <pattern>',
      'leave out keys like this, * is any text; may be given several times',
      repeated,
      [],
    )
    .option('--expiry-tolerance <ms>', 'by how much expiry may differ', wholeNumber(0), 1000)
    .option('--rounds <number>', 'how often differing keys are read again', wholeNumber(1), 3)
    .option('--max-memory-share <share>', 'most memory of new that may be in use, such as 0.8', share)
    .option('--max-clients-share <share>', 'most clients of new that may be connected, such as 0.5', share)
    .option('--json', 'print everything that was found as JSON', false)
    .option('--values', 'show the values of differing keys (default: only what differs)', false)
    .option('--allow-empty', 'no keys on both sides count as equal', false)
    .option('--timeout <ms>', 'longest wait for one answer', wholeNumber(1), 60_000)
    .action(async (options: DataRedisOptions) => {
      mustBeRedis(options);
      protectAddresses(context, options);
      context.finish(await untilInterrupted(context.interrupted, () => compare(context, options)));
    });
}

/** @throws GreenlightError ADDRESS_INVALID that does not repeat the address, which may hold a password */
function mustBeRedis(addresses: { readonly old: string; readonly new: string }): void {
  for (const option of ['old', 'new'] as const) {
    const address = redisAddress(addresses[option]);
    if ('database' in address) continue;
    const { value, problem } = address;
    throw new GreenlightError('ADDRESS_INVALID', `--${option} ${problem} (found ${value})`);
  }
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a share such as 0.8: more than 0, at most 1.');
}

async function compare({ screen }: CommandContext, options: DataRedisOptions): Promise<number> {
  let diff: KeyspaceDiff;
  try {
    diff = await diffKeyspaces(engineOptions(options, screen));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    screen.err(`The ${error.side} server could not be read: ${error.message}`);
    return EXIT.INCONCLUSIVE;
  }
  screen.out(options.json ? JSON.stringify(diff, null, 2) : renderKeyspaces(diff));
  return exitCodeOfKeyspaces(diff);
}

function engineOptions(options: DataRedisOptions, screen: Screen): KeyspaceOptions {
  const count = (number: number): string => Math.round(number).toLocaleString('en');
  return {
    old: options.old,
    new: options.new,
    prefixes: options.prefix,
    ignore: options.ignore,
    expiryToleranceMs: options.expiryTolerance,
    rounds: options.rounds,
    values: options.values ? 'shown' : 'masked',
    timeoutMs: options.timeout,
    ...(options.allowEmpty ? { emptyBecause: 'allowed on the command line' } : {}),
    ...(options.maxMemoryShare === undefined ? {} : { maxMemoryShare: options.maxMemoryShare }),
    ...(options.maxClientsShare === undefined ? {} : { maxClientsShare: options.maxClientsShare }),
    onProgress: ({ keys, estimated, keysPerSecond, secondsLeft }) =>
      screen.transient(
        `compared ${count(keys)} of about ${count(estimated)} keys, ${count(keysPerSecond)} keys/s, ${Math.ceil(secondsLeft)} s left`,
      ),
  };
}
