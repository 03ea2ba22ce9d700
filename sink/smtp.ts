import type { Mail } from '../contract/ports/mailbox.ts';
import type { BoundedStore } from './bounded-store.ts';
import { importOptional } from '../host/import-optional.ts';
import { createIntake, type Parcel } from './intake.ts';
import { listenOn, type Listening } from './listen-on.ts';
import { type Envelope, readMail } from './read-mail.ts';
import type { Arrival } from './received.ts';

export interface SmtpOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly store: BoundedStore<Mail>;
  /** In bytes. */
  readonly limits: { readonly message: number; readonly together: number };
  /** While it says so, every recipient is answered with 550. */
  readonly refuses: () => boolean;
  readonly onArrival: (arrival: Arrival) => void;
}

/**
 * An SMTP server that takes mail for everybody and sends none: plain, without TLS or login.
 * @throws GreenlightError PART_MISSING; whatever `listen` throws
 */
export async function startSmtp(options: SmtpOptions): Promise<Listening> {
  const { store, limits, onArrival } = options;
  const { SMTPServer } = await importOptional('smtp-server', () => import('smtp-server'));
  const intake = createIntake(limits);
  const open = new Map<string, Parcel>();
  const lose = (code: number, reason: string, callback: (error: Error) => void): void => {
    store.missed();
    onArrival({ what: 'refused', at: new Date().toISOString(), kind: 'mail', reason });
    callback(refusal(code, reason));
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 500,
    onRcptTo(_address, _session, callback) {
      callback(options.refuses() ? refusal(550, 'This sink refuses all mail') : null);
    },
    onData(stream, session, callback) {
      // The session's envelope is emptied as soon as the message ends.
      const { mailFrom, rcptTo } = session.envelope;
      const envelope: Envelope = {
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map((recipient) => recipient.address),
      };
      const parcel = intake.begin();
      open.set(session.id, parcel);
      // No limit is announced: what a client holds back because of it would never be known here.
      stream.on('data', (chunk: Buffer) => parcel.take(chunk));
      stream.once('end', () => {
        open.delete(session.id);
        const raw = parcel.end();
        if (raw === undefined)
          return lose(552, `More than ${limits.message} bytes, or too much at once`, callback);
        readMail(raw, envelope, new Date()).then(
          (mail) => {
            store.add(mail, raw.length);
            const { from, to, subject, receivedAt: at } = mail;
            onArrival({ what: 'mail', at, from, to, subject, bytes: raw.length });
            callback(null);
          },
          (error: unknown) =>
            lose(554, `Unreadable: ${error instanceof Error ? error.message : ''}`, callback),
        );
      });
    },
    onClose(session) {
      open.get(session.id)?.abandon();
      open.delete(session.id);
    },
  });
  // Clients that hang up in the middle end up here; unheard, they would end this process.
  let isOpen = false;
  server.on('error', (error) => {
    // Before that, the caller is told that it cannot listen.
    if (isOpen) onArrival(hungUp(error));
  });
  const listening = await listenOn(server.server, options.port, options.host);
  isOpen = true;
  return { ...listening, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function hungUp(error: Error): Arrival {
  return { what: 'refused', at: new Date().toISOString(), kind: 'mail', reason: error.message };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
