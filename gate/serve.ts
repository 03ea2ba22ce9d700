import { statSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import type { GateStore } from '../contract/ports/gate-store.ts';
import type { ProcessContext } from '../safety/process-context.ts';
import { readVerificationKey } from '../signing/key-file.ts';
import { createPost } from '../host/post.ts';
import { type Audit, createAudit, lineFile } from './audit.ts';
import { createAzureCallbacks } from './mechanisms/azure-devops/azure-callbacks.ts';
import { parseAzureUrl } from './mechanisms/azure-devops/azure-headers.ts';
import { watchNpx } from './end-with-npx.ts';
import { createFolderStore } from './folder-store.ts';
import { createGate } from './gate.ts';
import { loadPlans } from './load-plans.ts';
import { openPostgresStore } from './postgres/store.ts';
import { proofDoubt } from './proof-doubt.ts';
import { createRunStarter } from './run-process.ts';
import { createRuns, type Runs } from './runs.ts';
import {
  findTokens,
  parseListen,
  parseReportUrl,
  parseStoreUrl,
  readTls,
  TOKENS_ENV,
} from './serve-options.ts';
import { startGateServer } from './server.ts';

/** What `greenlight gate serve` is given. */
export interface ServeOptions {
  readonly runs?: string;
  readonly store?: string;
  readonly key?: readonly string[];
  readonly config?: readonly string[];
  readonly azure?: readonly string[];
  readonly listen: string;
  readonly tokens?: string;
  readonly audit?: string;
  readonly reportUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly perMinute: number;
}

/**
 * Answers until it is interrupted; then it stops its runs and waits for open requests.
 * @throws GreenlightError for whatever the caller must correct
 */
export async function serve(options: ServeOptions, context: ProcessContext): Promise<void> {
  const { screen, env, cwd } = context;
  const npx = watchNpx(env);
  const interrupted =
    npx === undefined ? context.interrupted : AbortSignal.any([context.interrupted, npx.gone]);
  const at = (file: string): string => path.resolve(cwd, file);
  const { host, port, loopback } = parseListen(options.listen);
  const tls = readTls(options, at);
  const write =
    options.audit === undefined ? (line: string) => screen.err(line) : lineFile(at(options.audit));
  const audit = createAudit(write);
  const tokens = findTokens(options.tokens && at(options.tokens), env, (what) =>
    audit({ event: 'fault', what }),
  );
  mustHaveTokens(options, tokens !== undefined, loopback);
  const reportOf = parseReportUrl(options.reportUrl);
  const keys = (options.key ?? []).map((file) => readVerificationKey(at(file)));
  const allowed = (options.azure ?? []).map(parseAzureUrl);
  const url = parseStoreUrl(options.store, env);
  const directory = directoryOf(options, url !== undefined, at);
  const plans = await loadPlans(options.config ?? [], cwd, env);
  const store = await openStore(url, directory, audit);
  try {
    const gate = createGate({
      store,
      audit,
      ...(reportOf ? { reportOf } : {}),
      ...(keys.length > 0 ? { doubtOf: (verdict) => proofDoubt(verdict, keys) } : {}),
    });
    let runs: Runs | undefined;
    if (plans.size > 0 && directory !== undefined) {
      runs = createRuns({ store, audit, plans, directory, startRun: createRunStarter(cwd, env) });
    }
    const azure =
      allowed.length === 0 ? undefined : createAzureCallbacks({ gate, audit, post: createPost(), allowed });
    await firstLook(store, audit);
    if (interrupted.aborted) return;
    const server = await startGateServer({
      gate,
      audit,
      tokens,
      host,
      port,
      perMinute: options.perMinute,
      ...(tls ? { tls } : {}),
      ...(runs ? { runs } : {}),
      callbacks: azure ? [azure] : [],
    }).catch((cause: unknown) => {
      throw new GreenlightError('PORT_UNAVAILABLE', `--listen ${options.listen}: it cannot listen there`, {
        cause,
      });
    });
    if (tls === undefined && !loopback) {
      screen.err(
        'Without TLS, tokens and answers can be read and changed on the way. Put it behind TLS, or give --tls-cert.',
      );
    }
    screen.err(`The gate listens on ${server.url}`);
    await untilAborted(interrupted);
    // Together: a request that is open may be about a run that is being stopped.
    await Promise.all([server.close(), runs?.close(), azure?.close()]);
  } finally {
    npx?.stop();
    await store.close();
  }
}

function mustHaveTokens(options: ServeOptions, given: boolean, loopback: boolean): void {
  if (given) return;
  if (!loopback) {
    throw new GreenlightError(
      'TOKEN_MISSING',
      `--listen ${options.listen}: this can be reached from other machines, and there are no tokens (--tokens <file> or ${TOKENS_ENV})`,
    );
  }
  if (options.config !== undefined) {
    throw new GreenlightError(
      'TOKEN_MISSING',
      `--config lets callers start runs, and there are no tokens (--tokens <file> or ${TOKENS_ENV}): who may start runs has a line name+start:token`,
    );
  }
}

/** Undefined when verdicts come from a database and no run is ever started. */
function directoryOf(
  { runs, config }: ServeOptions,
  hasStore: boolean,
  at: (file: string) => string,
): string | undefined {
  if (runs === undefined) {
    if (hasStore && config === undefined) return undefined;
    throw new GreenlightError(
      'OPTION_MISSING',
      '--runs <directory> is missing: it has one sub-directory per run, as --output of `greenlight run` makes them',
    );
  }
  if (statSync(at(runs), { throwIfNoEntry: false })?.isDirectory()) return at(runs);
  throw new GreenlightError('DIRECTORY_NOT_FOUND', `--runs ${runs}: there is no such directory`);
}

async function openStore(
  url: string | undefined,
  directory: string | undefined,
  audit: Audit,
): Promise<GateStore> {
  if (url !== undefined) return openPostgresStore(url, (what) => audit({ event: 'fault', what }));
  if (directory === undefined)
    throw new GreenlightError('OPTION_MISSING', 'neither --runs nor --store was given');
  return createFolderStore(directory);
}

/** The first one reads every verdict there is, which may take longer than a consumer waits for an answer. */
async function firstLook(store: GateStore, audit: Audit): Promise<void> {
  try {
    await store.about('');
  } catch (error) {
    // Not the end: every answer is INCONCLUSIVE until the store can be read.
    audit({ event: 'fault', what: error instanceof Error ? error.message : String(error) });
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
