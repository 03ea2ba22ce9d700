import { z } from 'zod';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { type ObservePort, PortUnavailable } from '../../../contract/ports/observe.ts';
import { fetchJson } from '../fetch-json.ts';
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

/** Reads Greenlight's own SMTP sink: `GET /messages?to=<address>` answers with a list of mails. */
export function greenlightSinkMailbox(source: { readonly url: string }): ObservePort<'mailbox'> {
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
    close: async () => {},
  };
}
