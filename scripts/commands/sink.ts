import { hostname } from 'node:os';
import type { Command } from 'commander';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { hostOf, isLoopback } from '../../contract/plan/loopback.ts';
import { watchNpx } from '../../gate/end-with-npx.ts';
import { type Door, DoorsClosed, type Sink, startSink } from '../../sink/sink.ts';
import { type CommandContext, commandOf, portNumber, wholeNumber } from '../command-context.ts';
import { arrivalLine, planLines, urlHost } from '../sink/sink-lines.ts';

/** Holds the token, so that it is not on a command line for everybody to see. */
const SINK_TOKEN_ENV = 'GREENLIGHT_SINK_TOKEN';
/** Shorter ones can be guessed. */
const LEAST_TOKEN = 20;
const MIB = 1024 * 1024;
/** The most that one mail or webhook may be. */
const MOST_MESSAGE_MIB = 5;

interface SinkOptions {
  readonly smtp: number;
  readonly webhooks: number;
  readonly observe: number;
  readonly host: string;
  readonly token?: string;
  readonly keep: number;
  readonly keepMib: number;
  readonly json: boolean;
}

/** `greenlight sink` */
export function sinkCommand(context: CommandContext): Command {
  return commandOf('sink', 'Receive mail and webhooks of a staging system, for checks to look at.', [
    'greenlight sink',
    'greenlight sink --smtp 2525 --webhooks 9001 --observe 9000',
    `${SINK_TOKEN_ENV}=$(openssl rand -hex 32) greenlight sink --host 0.0.0.0`,
    'greenlight sink --json | tee arrivals.jsonl',
  ])
    .option(
      '--smtp <port>',
      'where the system sends its mail: plain SMTP, no TLS, no login',
      portNumber,
      1025,
    )
    .option('--webhooks <port>', 'where the system sends its webhooks, on any path', portNumber, 8026)
    .option('--observe <port>', 'where checks read what arrived', portNumber, 8025)
    .option('--host <address>', 'where to listen; any but this machine itself needs a token', '127.0.0.1')
    .option('--token <token>', `what checks must bring to read; better in $${SINK_TOKEN_ENV}`)
    .option(
      '--keep <count>',
      'mails, and webhooks, that are kept; the oldest make room',
      wholeNumber(1),
      1000,
    )
    .option('--keep-mib <size>', 'MiB of mails, and of webhooks, that are kept', wholeNumber(1), 64)
    .option('--json', 'tell what arrives as lines of JSON', false)
    .addHelpText('after', HELP)
    .action(async (options: SinkOptions) => {
      await receive(options, context);
      // Stopped from outside, as every server ends; 0 would be read as GO.
      context.finish(EXIT.INTERRUPTED);
    });
}

const HELP = `
Everything is kept in memory, and gone when it ends. A check that looks for what was dropped is unknown, never failed.
GET /healthz on the observe port says whether it is well, without a token.`;

/** Receives until it is interrupted. @throws GreenlightError PART_MISSING, PORT_UNAVAILABLE, and as `tokenOf` */
async function receive(options: SinkOptions, { screen, env, interrupted }: CommandContext): Promise<void> {
  const { host, keep, keepMib, json } = options;
  const token = tokenOf(options, env);
  refuseSamePort(options);
  const bytes = keepMib * MIB;
  const sink = await startSink({
    host,
    ports: { smtp: options.smtp, webhooks: options.webhooks, observe: options.observe },
    token,
    limits: { count: keep, bytes, messageBytes: Math.min(MOST_MESSAGE_MIB * MIB, bytes) },
    onArrival: (arrival) => screen.out(json ? JSON.stringify(arrival) : arrivalLine(arrival)),
  }).catch((error: unknown) => {
    throw error instanceof DoorsClosed ? cannotListen(error, host) : error;
  });
  // npx that is killed hands nothing on, and its ports would stay taken.
  const npx = watchNpx(env);
  const stopped = npx === undefined ? interrupted : AbortSignal.any([interrupted, npx.gone]);
  tellStart(sink, options, token, screen);
  if (!stopped.aborted)
    await new Promise<void>((resolve) => stopped.addEventListener('abort', () => resolve(), { once: true }));
  npx?.stop();
  await sink.close();
}

function tellStart(
  sink: Sink,
  { host, json }: SinkOptions,
  token: string | undefined,
  screen: CommandContext['screen'],
): void {
  const name = urlHost(host, hostname());
  const { smtp, webhooks, observe } = sink.ports;
  const urls = { webhooks: `http://${name}:${webhooks}`, observe: `http://${name}:${observe}` };
  if (json) {
    screen.out(
      JSON.stringify({
        what: 'listening',
        at: new Date().toISOString(),
        smtp: { host: name, port: smtp },
        ...urls,
        health: `${urls.observe}/healthz`,
      }),
    );
  }
  screen.err(
    planLines({
      smtp: `${name}:${smtp}`,
      ...urls,
      tokenEnv: token === undefined ? undefined : SINK_TOKEN_ENV,
    }),
  );
}

/** @throws GreenlightError OPTION_CONFLICT, TOKEN_MISSING, TOKENS_INVALID */
function tokenOf({ token: given, host }: SinkOptions, env: NodeJS.ProcessEnv): string | undefined {
  const inEnvironment = env[SINK_TOKEN_ENV] === '' ? undefined : env[SINK_TOKEN_ENV];
  if (given !== undefined && inEnvironment !== undefined && given !== inEnvironment)
    throw new GreenlightError('OPTION_CONFLICT', `--token and ${SINK_TOKEN_ENV} are not the same`);
  const token = given ?? inEnvironment;
  if (token === undefined) {
    const parsed = hostOf(`http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}`);
    if (parsed !== undefined && isLoopback(parsed)) return undefined;
    throw new GreenlightError(
      'TOKEN_MISSING',
      `--host ${host}: mails with what signs people in could be read from other machines, and there is no token (${SINK_TOKEN_ENV})`,
    );
  }
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= LEAST_TOKEN) return token;
  throw new GreenlightError(
    'TOKENS_INVALID',
    `the token must have at least ${LEAST_TOKEN} characters, letters, digits and signs without blanks`,
  );
}

/** @throws GreenlightError OPTION_CONFLICT */
function refuseSamePort({ smtp, webhooks, observe }: SinkOptions): void {
  const given = Object.entries({ smtp, webhooks, observe }).filter(([, port]) => port !== 0);
  const twice = given.find(([, port], at) => given.findIndex(([, other]) => other === port) !== at);
  if (twice === undefined) return;
  const both = given.filter(([, port]) => port === twice[1]).map(([door]) => `--${door}`);
  throw new GreenlightError('OPTION_CONFLICT', `${both.join(' and ')} are both port ${twice[1]}`);
}

function cannotListen({ doors }: DoorsClosed, host: string): GreenlightError {
  return new GreenlightError('PORT_UNAVAILABLE', 'the sink cannot listen, and nothing was started', {
    problems: doors.map(({ door, port, reason }) => problemOf(door, port, reason, host)),
  });
}

function problemOf(door: Door, port: number, reason: unknown, host: string): Problem {
  const code = (reason as NodeJS.ErrnoException).code ?? '';
  const known: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
    EADDRINUSE: ['another program has this port', `end it, or give --${door} another port`],
    EACCES: ['this user may not open this port', `give --${door} a port above 1023`],
    EADDRNOTAVAIL: ['this machine has no such address', 'give --host one that it has, or 0.0.0.0 for all'],
    ENOTFOUND: ['nobody knows this name', 'give --host an address of this machine'],
  };
  const text = reason instanceof Error ? reason.message : String(reason);
  const [problem, remedy] = known[code] ?? [text, `give --${door} another port, or --host another address`];
  return { path: `--${door}`, value: `${host}:${port}`, problem, remedy };
}
