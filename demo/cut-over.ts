import type { Infrastructure } from './infrastructure.ts';
import type { CopyStep } from './migration/copy-steps.ts';
import { migrate, type MigrationResult } from './migration/migrate.ts';
import { withClient } from './migration/session.ts';
import { ask } from './shop-client.ts';
import type { RunningShop } from './start-shop.ts';

/** Stops the old shop from writing: first the application, then, for whoever goes around it, the database. */
export async function stopWrites(
  infrastructure: Infrastructure,
  old: RunningShop,
  signal?: AbortSignal,
): Promise<void> {
  await ask(old.url, {
    method: 'PUT',
    path: '/internal/maintenance',
    json: { on: true },
    token: infrastructure.internalToken,
    status: [200],
    signal,
  });
  const url = infrastructure.databases.old.adminUrl;
  await withClient({ url, name: 'cut-over', signal }, async (client) => {
    await client.query('alter database shop set default_transaction_read_only = on');
    // The setting counts for new connections only; the shop opens them as it goes on reading.
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'");
  });
}

/** Moves all data from the old database to the new one. */
export async function moveData(
  infrastructure: Infrastructure,
  options: {
    readonly steps?: readonly CopyStep[] | undefined;
    readonly onProgress: (line: string) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<MigrationResult> {
  const { steps, signal, onProgress } = options;
  return migrate({
    oldUrl: infrastructure.databases.old.url,
    newUrl: infrastructure.databases.new.url,
    onProgress,
    ...(steps ? { steps } : {}),
    ...(signal ? { signal } : {}),
  });
}
