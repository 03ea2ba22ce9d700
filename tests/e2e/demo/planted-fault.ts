import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BootedDemo } from '../../../demo/boot.ts';
import { moveData } from '../../../demo/cut-over.ts';
import { type DemoFault, isMigrationFault } from '../../../demo/faults.ts';
import { faultySteps } from '../../../demo/faults/migration-faults.ts';
import { RELEASES } from '../../../demo/infrastructure.ts';
import { COPY_STEPS } from '../../../demo/migration/copy-steps.ts';
import { withClient } from '../../../demo/migration/session.ts';
import { stripeClient } from '../../../demo/shop/payment-gateway.ts';
import { startStripeStandIn } from '../../../demo/stripe-stand-in/start.ts';
import { startShop } from '../../../demo/start-shop.ts';

/** A new shop with one fault, in the world of a demo that runs. */
export interface PlantedFault {
  /** What demo/greenlight.config.ts reads. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts a new shop with one fault, on a database and a payment account of its own, beside all others of one demo: a
 * demo for each fault would boot the same parts a dozen times. A delivery that another shop took would hide the fault.
 * The demo's own new shop must be stopped: its database is the template.
 * @param directory for the logs
 */
export async function plantFault(
  demo: BootedDemo,
  fault: DemoFault,
  directory: string,
): Promise<PlantedFault> {
  await mkdir(directory, { recursive: true });
  const { infrastructure: world } = demo;
  const database = fault.id.replaceAll('-', '_');
  const inMigration = isMigrationFault(fault.id);
  await withClient({ url: world.databases.new.adminUrl, name: 'fault' }, (client) =>
    client.query(`create database ${database}${inMigration ? '' : ' template shop'}`),
  );
  const databaseUrl = world.databases.new.url.replace(/\/shop$/, `/${database}`);
  if (isMigrationFault(fault.id)) {
    const databases = { ...world.databases, new: { ...world.databases.new, url: databaseUrl } };
    const steps = faultySteps(fault.id, COPY_STEPS);
    await moveData({ ...world, databases }, { steps, onProgress: () => undefined });
  }
  const payments = await startStripeStandIn({ directory });
  const stripe = stripeClient({ apiBase: payments.apiBase, secretKey: payments.secretKey });
  const shop = await startShop({
    shop: 'new',
    name: fault.id,
    directory,
    stripe,
    config: {
      databaseUrl,
      redis: { url: world.redis.url, prefix: `fault-${fault.id}` },
      smtp: { host: world.mail.smtpHost, port: world.mail.smtpPort },
      stripe: { apiBase: payments.apiBase, secretKey: payments.secretKey },
      internalToken: world.internalToken,
      release: RELEASES.new,
      fault: inMigration ? null : fault.id,
    },
  });
  return {
    env: {
      ...demo.env,
      DEMO_NEW_URL: shop.url,
      DEMO_NEW_DATABASE_URL: databaseUrl,
      DEMO_STRIPE_API_BASE: payments.apiBase,
      DEMO_STRIPE_SECRET_KEY: payments.secretKey,
      DEMO_WEBHOOK_SECRET: shop.webhookSecret,
    },
    async stop() {
      await shop.stop();
      await payments.stop();
    },
  };
}

/** Where the logs of a fault go. */
export function directoryOf(home: string, fault: DemoFault): string {
  return path.join(home, `fault-${fault.id}`);
}
