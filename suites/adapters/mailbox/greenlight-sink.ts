import { z } from 'zod';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { fetchJson } from '../fetch-json.ts';
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

/** Reads Greenlight's own SMTP sink: `GET /messages?to=<address>` answers with a list of mails. */
export function greenlightSinkMailbox(source: { readonly url: string }): MailboxPort {
  const look = async (to: string): Promise<readonly Mail[]> => {
    const url = `${source.url.replace(/\/+$/, '')}/messages?to=${encodeURIComponent(to)}`;
    const parsed = Mails.safeParse((await fetchJson('mailbox', url)).body);
    if (parsed.success) return parsed.data;
    throw new PortUnavailable(
      'mailbox',
      `${source.url} did not answer with a list of mails`,
      "point target.mailbox.url to the sink's HTTP address, not to its SMTP port",
    );
  };
  return {
    find: async (query) => newestMatch(await look(query.to), query),
    ready: async () => void (await look(NOBODY)),
    async removeMailsTo(mark) {
      const url = `${source.url.replace(/\/+$/, '')}/messages/remove`;
      const answer = await fetchJson('mailbox', url, { method: 'POST', json: { mark } });
      const parsed = Removed.safeParse(answer.body);
      if (parsed.success) return parsed.data.removed;
      throw new PortUnavailable('mailbox', `${url} answered ${answer.status}`, 'remove its mails by hand');
    },
    close: async () => {},
  };
}
