import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GreenlightError } from '../contract/errors.ts';
import { allOrNothing, createClosers, type Closers } from './closers.ts';
import { moveData, stopWrites } from './cut-over.ts';
import { DEMO_FAULTS, findFault, isMigrationFault, type DemoFault } from './faults.ts';
import { faultySteps } from './faults/migration-faults.ts';
import { RELEASES, startInfrastructure, type Infrastructure } from './infrastructure.ts';
import { tradeOnOldShop } from './live-trade.ts';
import { COPY_STEPS } from './migration/copy-steps.ts';
import { customersFor, DEFAULT_ORDERS, LEAST_ORDERS, seedOldShop } from './migration/seed.ts';
import type { ShopName } from './shop/parts.ts';
import { createStages, type Stages } from './stages.ts';
import type { RunningShop } from './start-shop.ts';

export interface BootOptions {
  /** Number of orders in the old shop; default 50 000. */
  readonly rows?: number;
  /** Id of one of `DEMO_FAULTS` to plant. */
  readonly fault?: string;
  readonly onProgress?: (line: string) => void;
  /** An abort at any moment takes everything down again before the promise rejects. */
  readonly signal?: AbortSignal;
  /** Where all files of the demo go; made when missing, and then removed again. */
  readonly directory: string;
}

/** A demo after its cut-over: the new shop serves, the old one only reads. */
export interface Demo {
  /** What demo/greenlight.config.ts reads. */
  readonly env: Record<string, string>;
  /** For people: the pages of both shops, the mails, the payments. */
  readonly urls: Record<string, string>;
  readonly planFile: string;
  /** Stops every process and removes every file; repeated calls share one run. */
  close(): Promise<void>;
}

/** What a test can reach besides what the demo shows. */
export interface BootedDemo extends Demo {
  readonly infrastructure: Infrastructure;
  readonly shops: Readonly<Record<ShopName, RunningShop>>;
}

/**
 * Boots both shops on real parts and performs the cut-over.
 * @throws GreenlightError NAME_UNKNOWN or OPTION_INVALID for options that are not right, PART_MISSING, DEMO_FAILED
 */
export async function bootDemo(options: BootOptions): Promise<BootedDemo> {
  const rows = checkedRows(options.rows);
  const fault = checkedFault(options.fault);
  const stages = createStages(options.onProgress ?? (() => undefined), options.signal);
  const closers = createClosers();
  try {
    await prepareDirectory(options.directory, closers);
    return await boot({ ...options, rows, fault }, stages, closers);
  } catch (error) {
    await closers.close();
    throw options.signal?.aborted === true ? options.signal.reason : asDemoError(error, stages.current());
  }
}

async function boot(
  options: { rows: number; fault: DemoFault | undefined; directory: string; signal?: AbortSignal },
  stages: Stages,
  closers: Closers,
): Promise<BootedDemo> {
  const { rows, fault, directory, signal } = options;
  const infrastructure = await stages.run(
    'starting PostgreSQL twice, Redis, the mail sink and the Stripe stand-in',
    async () => startInfrastructure({ directory, closers, signal }),
    (started) => started.parts.join(', '),
  );
  const { databases, mail, payments } = infrastructure;

  const [, old] = await stages.run(
    `seeding ${customersFor(rows)} customers and ${rows} orders, starting the old shop`,
    () => allOrNothing([seedOldShop(databases.old.url, rows, signal), infrastructure.startShop('old')]),
  );
  const customer = await stages.run('taking live orders on the old shop', () =>
    tradeOnOldShop(old.url, signal),
  );
  await stages.run('cut-over: stopping writes to the old shop', () =>
    stopWrites(infrastructure, old, signal),
  );
  const cutOverAt = new Date().toISOString();
  const steps = fault && isMigrationFault(fault.id) ? faultySteps(fault.id, COPY_STEPS) : undefined;
  const shopFault = fault && !isMigrationFault(fault.id) ? { fault: fault.id } : {};
  await old.disableWebhooks();
  const [, next] = await stages.run('cut-over: moving the data, starting the new shop', () =>
    allOrNothing([
      moveData(infrastructure, { steps, signal, onProgress: stages.detail }),
      infrastructure.startShop('new', shopFault),
    ]),
  );

  return {
    env: {
      DEMO_NEW_URL: next.url,
      DEMO_OLD_URL: old.url,
      DEMO_NEW_DATABASE_URL: databases.new.url,
      DEMO_OLD_DATABASE_URL: databases.old.url,
      DEMO_MAIL_URL: mail.url,
      DEMO_STRIPE_API_BASE: payments.apiBase,
      DEMO_STRIPE_SECRET_KEY: payments.secretKey,
      DEMO_WEBHOOK_SECRET: next.webhookSecret,
      DEMO_CLEANUP_TOKEN: infrastructure.internalToken,
      DEMO_RELEASE: RELEASES.new.version,
      DEMO_COMMIT: RELEASES.new.commit,
      DEMO_CUTOVER_AT: cutOverAt,
      DEMO_OLD_CUSTOMER_EMAIL: customer.email,
      DEMO_OLD_CUSTOMER_PASSWORD: customer.password,
    },
    urls: {
      'new shop': next.url,
      'old shop': old.url,
      mails: `${mail.url}/messages`,
      payments: `${payments.apiBase}/_stand-in/deliveries`,
    },
    planFile: planFile(),
    infrastructure,
    shops: { old, new: next },
    close: () => closers.close(),
  };
}

/** The plan beside this module: source when we run from source, built otherwise. */
function planFile(): string {
  const name = import.meta.url.endsWith('.ts') ? './greenlight.config.ts' : './greenlight.config.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Whatever appears in the directory from now on is ours; what was there before stays. */
async function prepareDirectory(directory: string, closers: Closers): Promise<void> {
  const there = await stat(directory).then(
    () => true,
    () => false,
  );
  await mkdir(directory, { recursive: true });
  const before = new Set(await readdir(directory));
  closers.add(async () => {
    const made = (await readdir(directory)).filter((name) => !before.has(name));
    await Promise.all(made.map((name) => rm(path.join(directory, name), { recursive: true, force: true })));
    if (!there) await rm(directory, { recursive: true });
  });
}

function checkedRows(rows = DEFAULT_ORDERS): number {
  if (Number.isSafeInteger(rows) && rows >= LEAST_ORDERS && rows <= 10_000_000) return rows;
  throw new GreenlightError('OPTION_INVALID', `the demo cannot have ${rows} orders`, {
    hint: `Give a whole number from ${LEAST_ORDERS} to 10000000.`,
  });
}

function checkedFault(id: string | undefined): DemoFault | undefined {
  if (id === undefined) return undefined;
  const fault = findFault(id);
  if (fault) return fault;
  throw new GreenlightError('NAME_UNKNOWN', `the demo has no fault "${id}"`, {
    hint: `Use one of: ${DEMO_FAULTS.map((known) => known.id).join(', ')}.`,
  });
}

function asDemoError(error: unknown, stage: string): unknown {
  if (error instanceof GreenlightError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new GreenlightError('DEMO_FAILED', `${stage}: ${text}`, { cause: error });
}
