import { remedyOf } from '../../contract/cannot-tell.ts';
import { SAME_DATABASE } from '../../contract/plan/built-in-checks.ts';
import { canonicalJson } from '../../contract/evidence/canonical.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { equal, type Statement } from '../../contract/flow/statement.ts';
import type { RecordsSource } from '../../contract/plan/target.ts';
import { CannotTell } from '../cannot-tell.ts';
import { openLookup } from '../adapters/records/index.ts';
import type { Ports } from '../ports.ts';
import type { Probed } from '../probe-finding.ts';

/**
 * Each database that the plan names can be read, and old and new are two. Otherwise whatever is compared, or looked for on
 * one side, says nothing about the target.
 * @throws CannotTell
 */
export async function databasesReadable(target: Plan['target']): Promise<Probed> {
  const statements: Statement[] = [];
  const identities: (string | undefined)[] = [];
  for (const [side, source] of [
    ['old', target.old?.records],
    ['new', target.records],
  ] as const) {
    if (!source) continue;
    const lookup = openLookup(source);
    try {
      await lookup.ready();
      identities.push(await lookup.identity?.());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new CannotTell('port-unavailable', `the ${side} database cannot be read: ${message}`, {
        cause: error,
        remedy: remedyOf(error),
      });
    } finally {
      // A reader of the user's own belongs to the whole run, not to this check.
      if (source.adapter !== 'custom') await lookup.close();
    }
    statements.push({ name: `${side} database`, ok: true, measured: 'readable', expected: 'readable' });
  }
  refuseOneDatabase(target, identities);
  return {
    statements,
    holds: `${statements.length} of ${statements.length} databases can be read`,
    cause: 'port',
  };
}

function refuseOneDatabase(
  { old, records }: Plan['target'],
  identities: readonly (string | undefined)[],
): void {
  const [one, other] = identities;
  const same = one !== undefined && one === other;
  if (!same && !isSameSource(old?.records, records)) return;
  throw new CannotTell(
    SAME_DATABASE,
    'target.old.records and target.records lead to one and the same database, whatever their addresses say',
    { remedy: 'name the old database in target.old.records and the new one in target.records' },
  );
}

/** Stores that cannot say who they are: by what the plan says of them. */
function isSameSource(one: RecordsSource | undefined, other: RecordsSource | undefined): boolean {
  if (one === undefined || other === undefined || one.adapter !== other.adapter) return false;
  if (one.adapter === 'custom') return other.adapter === 'custom' && one.reader === other.reader;
  return canonicalJson(one) === canonicalJson(other);
}

/** The mailbox can be searched. @throws PortUnavailable */
export async function mailboxReadable(ports: Ports): Promise<Probed> {
  await ports.port('mailbox').ready();
  return {
    statements: [{ name: 'mailbox', ok: true, measured: 'readable', expected: 'readable' }],
    holds: 'The mailbox can be read',
    cause: 'port',
  };
}

/** What the webhook sink has received can be read. @throws PortUnavailable */
export async function webhookSinkReadable(ports: Ports): Promise<Probed> {
  await ports.port('webhookSink').ready();
  return {
    statements: [{ name: 'webhook sink', ok: true, measured: 'readable', expected: 'readable' }],
    holds: 'The webhook sink can be read',
    cause: 'port',
  };
}

/** The payment account answers, and its money is not real. @throws PortUnavailable */
export async function paymentsInTestMode(ports: Ports): Promise<Probed> {
  return {
    statements: [equal('livemode', await ports.payments().livemode(), false)],
    holds: 'The payment account answers in test mode',
    wrong: 'The payment account is in live mode: real money would move',
    cause: 'live-payments',
    remedy: 'use a test-mode key',
  };
}
