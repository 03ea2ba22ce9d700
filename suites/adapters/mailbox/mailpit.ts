import { z } from 'zod';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { fetchJson, sendJson } from '../fetch-json.ts';
import { mailLinks } from '../../../contract/flow/mail-links.ts';
import { isOwn, type MailboxPort, MOST_ROUNDS } from './mailbox-port.ts';
import { newestMatch, NOBODY } from './newest.ts';

const Address = z.object({ Address: z.string() });
const Found = z.object({
  messages: z.array(
    z.object({
      ID: z.string(),
      To: z.array(Address).nullish(),
      Cc: z.array(Address).nullish(),
      Bcc: z.array(Address).nullish(),
      Subject: z.string(),
      Created: z.string(),
    }),
  ),
});
const Message = z.object({ From: Address.nullish(), Text: z.string(), HTML: z.string() });
const Headers = z.record(z.string(), z.array(z.string()));

/**
 * Reads Mailpit over its HTTP API. Always a search by recipient: Mailpit keeps only its newest 500 mails and lists the
 * newest 50, so that counting mails breaks on a busy system.
 */
export function mailpitMailbox(source: { readonly url: string }): MailboxPort {
  const base = `${source.url.replace(/\/+$/, '')}/api/v1`;
  const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const parsed = schema.safeParse((await fetchJson('mailbox', base + path)).body);
    if (parsed.success) return parsed.data;
    throw new PortUnavailable(
      'mailbox',
      `${base}${path.split('?')[0]} did not answer as Mailpit does`,
      "point target.mailbox.url to Mailpit's web address, for example http://127.0.0.1:8025",
    );
  };
  const search = (to: string) =>
    ask(`/search?query=${encodeURIComponent(`to:"${to.replaceAll('"', '')}"`)}`, Found);
  return {
    async find(query) {
      const found = (await search(query.to)).messages.map((message) => ({
        id: message.ID,
        to: recipientsOf(message),
        subject: message.Subject,
        receivedAt: message.Created,
      }));
      const newest = newestMatch(found, query);
      if (!newest) return null;
      const id = encodeURIComponent(newest.id);
      const message = await ask(`/message/${id}`, Message);
      const headers = await ask(`/message/${id}/headers`, Headers);
      const parts = { text: message.Text, html: message.HTML };
      return {
        ...newest,
        ...parts,
        from: message.From?.Address ?? '',
        links: mailLinks(parts),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values.join(', ')]),
        ),
      };
    },
    ready: async () => void (await search(NOBODY)),
    async removeMailsTo(mark) {
      let removed = 0;
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const { messages } = await search(mark);
        const ids = messages.filter((one) => isOwn(recipientsOf(one), mark)).map((one) => one.ID);
        // Told to remove none by name, Mailpit removes all.
        if (ids.length === 0) break;
        await sendJson('mailbox', `${base}/messages`, { method: 'DELETE', json: { IDs: ids } });
        removed += ids.length;
      }
      return removed;
    },
    close: async () => {},
  };
}

function recipientsOf({ To, Cc, Bcc }: z.infer<typeof Found>['messages'][number]): readonly string[] {
  return [To, Cc, Bcc].flatMap((list) => (list ?? []).map((one) => one.Address));
}
