import { z } from 'zod';
import type { Part } from './part.ts';
import { startModule } from './supervise.ts';

/** How the sink names itself in reports and in its health document. */
export const SMTP_SINK = { name: 'Greenlight SMTP sink', version: '1' } as const;

export interface SmtpSinkOptions {
  /** Holds its log. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** Oldest mails make room beyond these; defaults 5000 messages, 64 MiB in all, 5 MiB for one. */
  readonly limits?: { readonly messages?: number; readonly bytes?: number; readonly messageBytes?: number };
}

export interface SmtpSink extends Part {
  readonly smtpHost: string;
  /** Plain SMTP without TLS or login: nodemailer `{ host, port, secure: false, ignoreTLS: true }`. */
  readonly smtpPort: number;
  /**
   * Base of the HTTP address, without slash at the end: `GET /messages?to=<address>` answers the contract's `Mail[]`,
   * newest first; `GET /healthz`; `POST /messages/remove
   * {"mark": "gl-"}` removes what went to nobody but addresses with that text; `DELETE /messages`; `POST /faults {"refuse": true}` makes it refuse all mail.
   */
  readonly url: string;
  readonly pid: number;
}

const MIB = 1024 * 1024;

/** Starts the mail sink in a process of its own on random loopback ports. @throws GreenlightError DEMO_FAILED */
export async function startSmtpSink(options: SmtpSinkOptions): Promise<SmtpSink> {
  const child = await startModule({
    name: 'smtp-sink',
    directory: options.directory,
    module: new URL('../processes/smtp-sink.ts', import.meta.url),
    input: { messages: 5_000, bytes: 64 * MIB, messageBytes: 5 * MIB, ...options.limits },
    ready: z.strictObject({ smtpPort: z.number().int(), httpPort: z.number().int() }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return {
    ...SMTP_SINK,
    smtpHost: '127.0.0.1',
    smtpPort: child.ready.smtpPort,
    url: `http://127.0.0.1:${child.ready.httpPort}`,
    pid: child.process.pid,
    stop: () => child.process.stop(),
  };
}
