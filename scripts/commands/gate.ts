import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { hostOf, isLoopback } from '../../contract/loopback.ts';
import { type CommandContext, commandOf, wholeNumber } from '../command-context.ts';
import { createAudit, lineFile } from '../gate/audit.ts';
import { createFolderStore } from '../gate/folder-store.ts';
import { createGate } from '../gate/gate.ts';
import { ROUTES } from '../gate/routes.ts';
import { startGateServer } from '../gate/server.ts';
import { fixedTokens, parseTokens, type TokenKeeper, tokensOfFile } from '../gate/tokens.ts';

/** Tokens in the environment, as `name:token`, several separated by spaces or commas. */
const TOKENS_ENV = 'GREENLIGHT_GATE_TOKENS';

interface ServeOptions {
  readonly runs: string;
  readonly listen: string;
  readonly tokens?: string;
  readonly audit?: string;
  readonly reportUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly perMinute: number;
}

/** `greenlight gate serve` */
export function gateCommand(context: CommandContext): Command {
  const gate = commandOf('gate', 'Give verdicts to deploy mechanisms that ask over HTTP.', [
    'greenlight gate serve --runs /var/lib/greenlight/runs',
  ]);
  gate.addCommand(serveCommand(context));
  return gate;
}

function serveCommand(context: CommandContext): Command {
  return commandOf('serve', 'Answer questions about verdicts until it is stopped.', [
    'greenlight run --output runs/$DEPLOY_ID --nonce $DEPLOY_ID --release 2026.11.2 --commit 3f2c1ab',
    'greenlight gate serve --runs runs',
    'greenlight gate serve --runs runs --listen 0.0.0.0:8484 --tokens gate.tokens --tls-cert gate.pem --tls-key gate.key',
  ])
    .requiredOption('--runs <directory>', 'one sub-directory per run, as --output of `greenlight run`')
    .option('--listen <host:port>', 'where to listen', '127.0.0.1:8484')
    .option('--tokens <file>', `name:token lines, read again when replaced (or $${TOKENS_ENV})`)
    .option('--audit <file>', 'append the audit log here (default: standard error)')
    .option('--report-url <url>', 'where reports can be read; {run} stands for the run')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--per-minute <count>', 'most questions per minute and address', wholeNumber(1), 600)
    .addHelpText(
      'after',
      `\nRoutes:\n${ROUTES.map((route) => `  ${route.methods.join('|')} ${route.path}`).join('\n')}`,
    )
    .action(async (options: ServeOptions) => {
      await serve(options, context);
      // Stopped from outside, as every server ends; 0 would be read as GO.
      context.finish(EXIT.INTERRUPTED);
    });
}

async function serve(
  options: ServeOptions,
  { screen, env, cwd, interrupted }: CommandContext,
): Promise<void> {
  const at = (file: string): string => path.resolve(cwd, file);
  const { host, port, loopback } = parseListen(options.listen);
  const tls = readTls(options, at);
  const write =
    options.audit === undefined ? (line: string) => screen.err(line) : lineFile(at(options.audit));
  const audit = createAudit(write);
  const tokens = findTokens(options.tokens && at(options.tokens), env, (what) =>
    audit({ event: 'fault', what }),
  );
  if (tokens === undefined && !loopback) {
    throw new GreenlightError(
      'USAGE',
      `--listen ${options.listen}: this can be reached from other machines, and there are no tokens`,
      {
        hint: `Give --tokens <file> or set ${TOKENS_ENV}, or listen on 127.0.0.1.`,
      },
    );
  }
  if (!statSync(at(options.runs), { throwIfNoEntry: false })?.isDirectory()) {
    throw new GreenlightError('USAGE', `--runs ${options.runs}: there is no such directory`);
  }
  const reportOf = parseReportUrl(options.reportUrl);
  const gate = createGate({
    store: createFolderStore(at(options.runs)),
    audit,
    ...(reportOf ? { reportOf } : {}),
  });
  if (interrupted.aborted) return;
  const server = await startGateServer({
    gate,
    audit,
    tokens,
    host,
    port,
    perMinute: options.perMinute,
    ...(tls ? { tls } : {}),
  }).catch((cause: unknown) => {
    throw new GreenlightError('USAGE', `--listen ${options.listen}: it cannot listen there`, { cause });
  });
  if (tls === undefined && !loopback) {
    screen.err(
      'Without TLS, tokens and answers can be read and changed on the way. Put it behind TLS, or give --tls-cert.',
    );
  }
  screen.err(`The gate listens on ${server.url}`);
  if (!interrupted.aborted) {
    await new Promise<void>((resolve) =>
      interrupted.addEventListener('abort', () => resolve(), { once: true }),
    );
  }
  await server.close();
}

function parseListen(listen: string): { host: string; port: number; loopback: boolean } {
  const [, bracketed, plain, portText] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]/@?#\s]+)):(\d{1,5})$/.exec(listen) ?? [];
  const host = bracketed ?? plain;
  const port = Number(portText);
  const parsed = hostOf(`http://${listen}`);
  if (host === undefined || port > 65_535 || parsed === undefined) {
    throw new GreenlightError('USAGE', `--listen ${listen} is not host:port`, {
      hint: 'For example 127.0.0.1:8484, or [::1]:8484.',
    });
  }
  return { host, port, loopback: isLoopback(parsed) };
}

function findTokens(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
  onProblem: (problem: string) => void,
): TokenKeeper | undefined {
  const inEnvironment = env[TOKENS_ENV];
  if (file !== undefined && inEnvironment) {
    throw new GreenlightError('USAGE', `give --tokens or ${TOKENS_ENV}, not both`);
  }
  if (file !== undefined) return tokensOfFile(file, onProblem);
  if (!inEnvironment) return undefined;
  const tokens = parseTokens(inEnvironment.split(/[\s,]+/).join('\n'), TOKENS_ENV);
  if (tokens.length === 0) throw new GreenlightError('USAGE', `${TOKENS_ENV} holds no token`);
  return fixedTokens(tokens);
}

function readTls(
  { tlsCert, tlsKey }: Pick<ServeOptions, 'tlsCert' | 'tlsKey'>,
  at: (file: string) => string,
): { cert: string; key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new GreenlightError('USAGE', 'TLS needs both --tls-cert and --tls-key');
  }
  const read = (option: string, file: string): string => {
    try {
      return readFileSync(at(file), 'utf8');
    } catch (cause) {
      throw new GreenlightError('USAGE', `${option} ${file} cannot be read`, { cause });
    }
  };
  return { cert: read('--tls-cert', tlsCert), key: read('--tls-key', tlsKey) };
}

function parseReportUrl(template: string | undefined): ((run: string) => string) | undefined {
  if (template === undefined) return undefined;
  if (!/^https?:\/\//.test(template) || !URL.canParse(template.replaceAll('{run}', 'x'))) {
    throw new GreenlightError('USAGE', `--report-url ${template} is not an absolute http address`);
  }
  return (run) => template.replaceAll('{run}', encodeURIComponent(run));
}
