import type { Client } from 'pg';

/** How rows get from old to new by themselves, as far as the two servers know. */
export interface Replication {
  readonly notes: readonly string[];
  /** Why rows of old may still be on their way although everything was received; undefined when nothing says so. */
  readonly problem: string | undefined;
  /** Waits until new has everything that old had written at this moment. @returns why it has not */
  drained(waitMs: number): Promise<string | undefined>;
}

interface Slot {
  readonly name: string;
  readonly active: boolean;
}

interface Subscription {
  readonly name: string;
  readonly slot: string | null;
  readonly enabled: boolean;
  readonly unready: number;
}

const POLL_MS = 100;

/** Finds the replication slots of old that feed new, or that new is a standby. */
export async function findReplication(old: Client, next: Client): Promise<Replication> {
  const standby = (await one<{ standby: boolean }>(next, 'select pg_is_in_recovery() as standby')).standby;
  if (standby) {
    return {
      notes: ['new is a standby: waited for the position that it has replayed'],
      problem: undefined,
      drained: async (waitMs) =>
        until(waitMs, 'new has not replayed', await position(old), async (lsn) =>
          reached(next, `select pg_last_wal_replay_lsn() >= $1::pg_lsn as yes`, [lsn]),
        ),
    };
  }
  const slots = (
    await old.query<Slot>(
      `select slot_name::text as name, active from pg_replication_slots where slot_type = 'logical' and database = current_database()`,
    )
  ).rows;
  const subscriptions = (
    await next.query<Subscription>(
      `select s.subname::text as name, s.subslotname::text as slot, s.subenabled as enabled,
              (select count(*)::int from pg_subscription_rel r where r.srsubid = s.oid and r.srsubstate <> 'r') as unready
         from pg_subscription s where s.subdbid = (select oid from pg_database where datname = current_database())`,
    )
  ).rows;
  const mine = subscriptions.filter((subscription) => slots.some((slot) => slot.name === subscription.slot));
  const relevant = slots.filter((slot) => slot.active || mine.some((one) => one.slot === slot.name));
  const problems = mine.flatMap((subscription) => [
    ...(subscription.enabled ? [] : [`the subscription ${subscription.name} is disabled`]),
    ...(subscription.unready === 0
      ? []
      : [`the subscription ${subscription.name} still copies ${subscription.unready} tables`]),
  ]);
  const names = relevant.map((slot) => slot.name);
  return {
    notes: [
      names.length === 0
        ? 'no logical replication slot of old feeds anything: nothing was waited for'
        : `waited for the replication slots ${names.join(', ')} of old`,
    ],
    problem: problems.length === 0 ? undefined : problems.join('; '),
    drained: async (waitMs) =>
      names.length === 0
        ? undefined
        : until(waitMs, `the slots ${names.join(', ')} have not confirmed`, await position(old), (lsn) =>
            reached(
              old,
              `select count(*) = $2 and bool_and(confirmed_flush_lsn >= $1::pg_lsn) as yes from pg_replication_slots where slot_name = any($3)`,
              [lsn, names.length, names],
            ),
          ),
  };
}

/** Where old's log ends now, or how far it has replayed when it is a standby itself. */
async function position(old: Client): Promise<string> {
  const { lsn } = await one<{ lsn: string | null }>(
    old,
    `select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end::text as lsn`,
  );
  if (lsn === null) throw new Error('the old database did not say where its log ends');
  return lsn;
}

async function until(
  waitMs: number,
  words: string,
  lsn: string,
  there: (lsn: string) => Promise<boolean>,
): Promise<string | undefined> {
  const end = performance.now() + waitMs;
  while (!(await there(lsn))) {
    if (performance.now() > end)
      return `${words} the position ${lsn} of old within ${Math.round(waitMs / 1000)} s`;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}

async function reached(client: Client, sql: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean | null }>(sql, [...values]);
  return rows[0]?.yes === true;
}

async function one<T extends object>(client: Client, sql: string): Promise<T> {
  const { rows } = await client.query<T>(sql);
  if (rows[0] === undefined) throw new Error('the server gave no answer');
  return rows[0];
}
