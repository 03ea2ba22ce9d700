import type { Plan } from '../../contract/plan.ts';
import { equal, type Statement } from '../../contract/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import { openLookup } from '../adapters/records/index.ts';
import type { Ports } from '../ports.ts';
import type { Probed } from '../probe-finding.ts';

/** Each database that the plan names can be read. @throws PortUnavailable: then nothing is known about the target */
export async function databasesReadable(target: Plan['target']): Promise<Probed> {
  const statements: Statement[] = [];
  for (const [side, source] of [
    ['old', target.old?.records],
    ['new', target.records],
  ] as const) {
    if (!source) continue;
    const lookup = openLookup(source);
    try {
      await lookup.ready();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const hint = (error as { hint?: unknown }).hint;
      throw new CannotTell('port-unavailable', `the ${side} database cannot be read: ${message}`, {
        cause: error,
        ...(typeof hint === 'string' ? { remedy: hint } : {}),
      });
    } finally {
      // A reader of the user's own belongs to the whole run, not to this check.
      if (source.adapter !== 'custom') await lookup.close();
    }
    statements.push({ name: `${side} database`, ok: true, measured: 'readable', expected: 'readable' });
  }
  return {
    statements,
    holds: `${statements.length} of ${statements.length} databases can be read`,
    cause: 'port',
  };
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
