import { createHash } from 'node:crypto';
import type { Channel } from '../../contract/notify/channel.ts';
import type { Notice } from '../../contract/notify/notice.ts';
import { hostOf, isLoopback } from '../../contract/plan/loopback.ts';
import { importOptional } from '../../host/import-optional.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import { type ChannelKind, TakenInPart } from '../channel-kind.ts';
import { readAddress } from '../read-address.ts';

const MOST_SUBJECT = 200;
const MOST_TEXT = 2000;
const STEP_MS = 8000;

export const smtp: ChannelKind<Extract<Channel, { adapter: 'smtp' }>> = {
  async open(channel, tools) {
    const url = new URL(readAddress('smtp', channel.url, tools));
    const { createTransport } = await importOptional('nodemailer', () => import('nodemailer'));
    const secure = url.protocol === 'smtps:';
    const host = hostOf(url.href);
    const isHere = host !== undefined && isLoopback(host);
    const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
    const transport = createTransport({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
      secure,
      // In the clear, a message and the password before it could be read on the way.
      requireTLS: !secure && !isHere,
      // The relay of a machine offers TLS with a certificate that nobody signed; nobody is on the way to it.
      ...(!secure && isHere ? { tls: { rejectUnauthorized: false } } : {}),
      ...(auth.user === '' ? {} : { auth }),
      connectionTimeout: STEP_MS,
      greetingTimeout: STEP_MS,
      socketTimeout: STEP_MS,
      // What a target says must never make us read a file.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return {
      send: async (notice) => {
        try {
          const sent = (await transport.sendMail({
            from: channel.from,
            to: [...channel.to],
            ...mailOf(notice, channel.from),
          })) as { readonly rejected?: readonly unknown[] };
          const rejected = sent.rejected ?? [];
          if (rejected.length > 0)
            throw new TakenInPart(
              `${url.host} refused ${rejected.length} of ${channel.to.length} recipients`,
            );
        } catch (error) {
          if (error instanceof TakenInPart) throw error;
          throw new Error(`${url.host} ${problemOf(error)}`, { cause: error });
        } finally {
          transport.close();
        }
      },
    };
  },
};

/** Subject, text and headers of one mail. */
export function mailOf(
  notice: Notice,
  from: string,
): {
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly references?: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const { headline, summary, facts, runbook, report, key, incident, what } = notice;
  const domain = from.split('@')[1] ?? 'localhost';
  const id = (of: string): string =>
    `<${createHash('sha256').update(of).digest('hex').slice(0, 32)}@${domain}>`;
  const lines = [
    ...facts.map(({ name, value }) => `${name}: ${flat(value, MOST_TEXT)}`),
    ...(runbook === undefined ? [] : [`Runbook: ${runbook}`]),
    ...(report === undefined ? [] : [`Report: ${report}`]),
  ];
  return {
    subject: flat(headline, MOST_SUBJECT),
    text: `${flat(summary, MOST_TEXT)}\n\n${lines.join('\n')}\n`,
    // A repetition has the same id, and mail programs show the mails of one incident together.
    messageId: id(key),
    ...(what === 'test' ? {} : { references: id(incident) }),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Greenlight-Key': flat(key, 500) },
  };
}

/** Never the message of the library: it may hold what the server repeated of our login. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'did not take the message';
  const { code, responseCode } = error as Error & {
    readonly code?: unknown;
    readonly responseCode?: unknown;
  };
  if (typeof responseCode === 'number') return `answered ${responseCode}`;
  if (typeof code === 'string') return `could not be reached (${code})`;
  return 'did not take the message';
}
