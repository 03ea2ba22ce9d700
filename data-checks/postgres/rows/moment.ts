import type { ClientBase } from 'pg';

/** What a snapshot shows, in a form that can be compared with a later one. */
export interface Moment {
  /** When the server started: transaction ids may be given again after a crash. */
  readonly started: string;
  /** Which transactions the snapshot sees. */
  readonly sees: string;
  /** A standby's snapshot does not tell which transactions are still running. */
  readonly standby: boolean;
}

/** Must be asked inside the snapshot's own transaction. */
export async function readMoment(client: ClientBase): Promise<Moment> {
  const { rows } = await client.query<Moment>(
    // txid_current_snapshot: the newer name exists since 13 only.
    `select pg_postmaster_start_time()::text as started, txid_current_snapshot()::text as sees, pg_is_in_recovery() as standby`,
  );
  if (rows[0] === undefined) throw new Error('the server did not say what its snapshot shows');
  return rows[0];
}

/** Whether two snapshots of one server show exactly the same rows: no transaction has written anything in between. */
export function sameMoment(a: Moment, b: Moment): boolean {
  return !a.standby && !b.standby && a.started === b.started && a.sees === b.sees;
}
