import type { ObserveStep } from '../../contract/flow/flow.ts';
import type { Mail } from '../../contract/ports/mailbox.ts';
import type { ReceivedWebhook } from '../../contract/ports/webhook-sink.ts';
import { CannotTell } from '../cannot-tell.ts';

/** A mailbox has a clock of its own, and some say whole seconds only. */
const CLOCK_SKEW_MS = 10_000;

/** What a look brought, as far as this run of the flow can have caused it. */
export interface Fresh {
  /** Null where there was nothing, or nothing but what is older. */
  readonly observed: unknown;
  /** When the newest of what is too old was received; set where there was nothing else. */
  readonly staleOf?: string;
}

/**
 * Takes out what was there before the flow began: an address that is not made by `ctx.unique()` still holds the mail
 * that an earlier run, or the old system, sent to it. A time that cannot be read shows nothing either.
 * @param startedAt milliseconds since 1970
 */
export function freshOf({ port }: ObserveStep, seen: unknown, startedAt: number): Fresh {
  if (seen === null || seen === undefined) return { observed: null };
  const isFresh = ({ receivedAt }: { readonly receivedAt: string }): boolean =>
    Date.parse(receivedAt) >= startedAt - CLOCK_SKEW_MS;
  if (port === 'mailbox') {
    const mail = seen as Mail;
    return isFresh(mail) ? { observed: mail } : { observed: null, staleOf: mail.receivedAt };
  }
  if (port === 'webhookSink') {
    const all = seen as readonly ReceivedWebhook[];
    const fresh = all.filter(isFresh);
    const [newest] = all;
    if (fresh.length > 0 || newest === undefined) return { observed: fresh };
    return { observed: null, staleOf: newest.receivedAt };
  }
  return { observed: seen };
}

/** Not `fail`: from here, what is old and what comes from a system whose clock is behind look the same. */
export function onlyStale(step: ObserveStep, receivedAt: string, startedAt: number): CannotTell {
  const mail = step.port === 'mailbox';
  return new CannotTell(
    mail ? 'stale-mail' : 'stale-webhook',
    `step "${step.id}": the newest matching ${mail ? 'mail' : 'webhook'} was received at ${receivedAt || 'an unknown time'}, before this flow began (${new Date(startedAt).toISOString()})`,
    {
      remedy: mail
        ? 'send to an address made with ctx.unique(), or empty the mailbox; and compare its clock with that of this machine'
        : 'look for a text made with ctx.unique(); and compare the clock of the sink with that of this machine',
    },
  );
}
