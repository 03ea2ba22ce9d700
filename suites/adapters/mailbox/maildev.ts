import { z } from 'zod';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { fetchJson, sendJson, type JsonAnswer } from '../fetch-json.ts';
import { mailLinks } from '../../../contract/flow/mail-links.ts';
import { isOwn, type MailboxPort } from './mailbox-port.ts';
import { newestMatch, NOBODY } from './newest.ts';

const Address = z.object({ address: z.string() });
const Summary = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      to: z.array(Address).nullish(),
      subject: z.string().nullish(),
      time: z.string(),
    }),
  ),
  total: z.number(),
});
const Email = z.object({
  from: z.array(Address).nullish(),
  text: z.string().nullish(),
  html: z.union([z.string(), z.literal(false)]).nullish(),
  headers: z.record(z.string(), z.unknown()).nullish(),
});

type Found = Pick<Mail, 'id' | 'to' | 'subject' | 'receivedAt'>;

const PAGE = 50;

/**
 * Reads MailDev 3 over its HTTP API (`/api/email`). The search is that of `/api/email/summary`: `/api/email` itself
 * takes a parameter `search` without complaint and then finds nothing.
 */
export function maildevMailbox(source: { readonly url: string }): MailboxPort {
  const base = `${source.url.replace(/\/+$/, '')}/api/email`;
  const parse = <T>(schema: z.ZodType<T>, answer: JsonAnswer): T => {
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new PortUnavailable(
      'mailbox',
      `${base} did not answer as MailDev 3 does`,
      "point target.mailbox.url to MailDev's web address, for example http://127.0.0.1:1080",
    );
  };
  const search = async (text: string): Promise<Found[]> => {
    const found: Found[] = [];
    for (let skip = 0; ; skip += PAGE) {
      // Newest first: times have whole seconds only, and among equals the first one found counts.
      const query = `search=${encodeURIComponent(text)}&sort=desc&skip=${skip}&limit=${PAGE}`;
      const page = parse(Summary, await fetchJson('mailbox', `${base}/summary?${query}`));
      for (const item of page.items) {
        found.push({
          id: item.id,
          to: (item.to ?? []).map((one) => one.address),
          subject: item.subject ?? '',
          receivedAt: item.time,
        });
      }
      if (page.items.length === 0 || skip + PAGE >= page.total) return found;
    }
  };
  return {
    async find(query) {
      const newest = newestMatch(await search(query.to), query);
      if (!newest) return null;
      const answer = await fetchJson('mailbox', `${base}/${encodeURIComponent(newest.id)}`);
      if (answer.status === 404) return null;
      const email = parse(Email, answer);
      const parts = { text: email.text ?? '', html: email.html || '' };
      const headers = Object.entries(email.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      return {
        ...newest,
        ...parts,
        from: email.from?.[0]?.address ?? '',
        links: mailLinks(parts),
        headers: Object.fromEntries(headers) as Record<string, string>,
      };
    },
    ready: async () => void (await search(NOBODY)),
    async removeMailsTo(mark) {
      const ids = (await search(mark)).filter((one) => isOwn(one.to, mark)).map((one) => one.id);
      if (ids.length > 0) await sendJson('mailbox', `${base}/delete`, { method: 'POST', json: { ids } });
      return ids.length;
    },
    close: async () => {},
  };
}
