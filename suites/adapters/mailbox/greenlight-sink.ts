import { z } from 'zod';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { sinkClient, type SinkSource } from '../sink-client.ts';
import type { MailboxPort } from './mailbox-port.ts';
import { newestMatch, NOBODY } from './newest.ts';

const Mails = z.array(
  z.object({
    id: z.string(),
    from: z.string(),
    to: z.array(z.string()),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    links: z.array(z.string()),
    headers: z.record(z.string(), z.string()),
    receivedAt: z.string(),
  }),
);

const Removed = z.object({ removed: z.number() });

/** Reads the mail of a `greenlight sink`: `GET /messages?to=<address>` answers with a list of mails. */
export function greenlightSinkMailbox(source: SinkSource): MailboxPort {
  const sink = sinkClient('mailbox', source);
  const look = (to: string): Promise<readonly Mail[]> =>
    sink.read(`/messages?to=${encodeURIComponent(to)}`, Mails);
  return {
    find: async (query) => newestMatch(await look(query.to), query),
    completeForMs: () => sink.completeForMs('mails'),
    ready: async () => void (await look(NOBODY)),
    async removeMailsTo(mark) {
      const answer = await sink.post('/messages/remove', { mark });
      const parsed = Removed.safeParse(answer.body);
      if (parsed.success) return parsed.data.removed;
      throw new PortUnavailable(
        'mailbox',
        `${source.url} answered ${answer.status} when its mails were to be removed`,
        'remove them by hand',
      );
    },
    close: async () => {},
  };
}
