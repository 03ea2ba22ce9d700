import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import type { MailboxSource } from '../../../contract/plan/target.ts';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { resolveSecret } from '../../../safety/secrets.ts';
import { importClient } from '../import-client.ts';
import { mailLinks } from '../../../contract/flow/mail-links.ts';
import { isOwn, type MailboxPort } from './mailbox-port.ts';
import { newestMatch, NOBODY } from './newest.ts';

type ImapSource = Extract<MailboxSource, { adapter: 'imap' }>;

/** Mails with the same recipient that are read at most; identities are unique, so there are rarely two. */
const MOST_MAILS = 20;

/**
 * Reads a real mailbox over IMAP: the only way to see mail as a customer's provider delivers it. Read-only, until our own
 * mails are removed from it.
 */
export function imapMailbox(source: ImapSource): MailboxPort {
  const where = `${source.host}:${source.port}/${source.folder}`;
  let client: ImapFlow | undefined;

  const connect = async (): Promise<ImapFlow> => {
    if (client?.usable) return client;
    const { ImapFlow } = await importClient('mailbox', 'imapflow', () => import('imapflow'));
    const options: ImapFlowOptions = {
      host: source.host,
      port: source.port,
      secure: source.secure,
      auth: { user: resolveSecret(source.user), pass: resolveSecret(source.password) },
      logger: false,
      connectionTimeout: 5000,
      greetingTimeout: 5000,
      socketTimeout: 30_000,
      // Without this it asks for STARTTLS even where the plan says that the line is plain.
      ...(source.secure ? {} : { doSTARTTLS: false }),
    };
    const fresh = new ImapFlow(options);
    // An idle connection may break at any time; the next look opens a new one and reports what it finds.
    fresh.on('error', () => {
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    await fresh.mailboxOpen(source.folder, { readOnly: true });
    client = fresh;
    return fresh;
  };

  const withSession = async <T>(work: (session: ImapFlow) => Promise<T>): Promise<T> => {
    try {
      return await work(await connect());
    } catch (error) {
      if (error instanceof PortUnavailable) throw error;
      client?.close();
      client = undefined;
      throw new PortUnavailable('mailbox', `${where}: ${imapReason(error)}`, hintFor(error), {
        cause: error,
      });
    }
  };

  const look = (to: string): Promise<Mail[]> =>
    withSession(async (session) => {
      // A selected folder shows new mail only after the server had a chance to say so.
      await session.noop();
      const uids = await session.search({ to }, { uid: true });
      // On a connection that just died imapflow answers `false` or nothing instead of throwing: that is not "no mail".
      if (!Array.isArray(uids)) throw new Error('the server did not answer the search');
      const mails: Mail[] = [];
      for (const uid of uids.slice(-MOST_MAILS)) {
        const message = await session.fetchOne(
          String(uid),
          { source: true, internalDate: true },
          { uid: true },
        );
        if (!message || !message.source) throw new Error(`mail ${uid} was found and could not be read`);
        mails.push(await parseMail(`${uid}`, message.source, message.internalDate));
      }
      return mails;
    });

  const remove = (mark: string): Promise<number> =>
    withSession(async (session) => {
      // Without it a server removes whatever anybody has marked as deleted.
      if (!session.capabilities.has('UIDPLUS')) throw new Error('the server cannot remove single mails');
      await session.mailboxOpen(source.folder);
      try {
        const found = await session.search(
          { or: [{ to: mark }, { cc: mark }, { bcc: mark }] },
          { uid: true },
        );
        if (!Array.isArray(found)) throw new Error('the server did not answer the search');
        const own: number[] = [];
        for (const uid of found) {
          const message = await session.fetchOne(String(uid), { envelope: true }, { uid: true });
          const { to = [], cc = [], bcc = [] } = (message && message.envelope) || {};
          if (
            isOwn(
              [...to, ...cc, ...bcc].map((one) => one.address ?? ''),
              mark,
            )
          )
            own.push(uid);
        }
        if (own.length > 0 && !(await session.messageDelete(own, { uid: true })))
          throw new Error('the server did not remove them');
        return own.length;
      } finally {
        await session.mailboxOpen(source.folder, { readOnly: true });
      }
    });

  return {
    find: async (query) => newestMatch(await look(query.to), query),
    ready: async () => void (await look(NOBODY)),
    removeMailsTo: remove,
    close: async () => {
      const open = client;
      client = undefined;
      // A server that is gone cannot say good-bye.
      await open?.logout().catch(() => open.close());
    },
  };
}

async function parseMail(id: string, source: Buffer, internalDate: Date | string | undefined): Promise<Mail> {
  const { default: PostalMime } = await importClient('mailbox', 'postal-mime', () => import('postal-mime'));
  const parsed = await PostalMime.parse(source);
  const parts = { text: parsed.text ?? '', html: parsed.html ?? '' };
  const recipients = [...(parsed.to ?? []), ...(parsed.cc ?? []), ...(parsed.bcc ?? [])];
  return {
    id: parsed.messageId ?? id,
    from: parsed.from?.address ?? '',
    to: recipients.flatMap((one) => one.address ?? one.group?.map((member) => member.address) ?? []),
    subject: parsed.subject ?? '',
    ...parts,
    links: mailLinks(parts),
    headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key.toLowerCase(), value])),
    receivedAt: new Date(internalDate ?? parsed.date ?? 0).toISOString(),
  };
}

/** imapflow says only "Command failed"; what the server said is in a field of the error. */
function imapReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = (error as { responseText?: unknown }).responseText;
  return typeof said === 'string' ? `${error.message} (${said})` : error.message;
}

function hintFor(error: unknown): string {
  return (error as { authenticationFailed?: unknown }).authenticationFailed === true
    ? 'check target.mailbox.user and password; some providers need an app password'
    : 'check target.mailbox: host, port, secure and folder';
}
