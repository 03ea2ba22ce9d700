import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { createMailStore, type MailStore } from '../parts/mail-store.ts';
import { readMail } from '../parts/read-mail.ts';
import { SMTP_SINK } from '../parts/smtp-sink.ts';
import { serveParent } from './serve-parent.ts';

/** An SMTP server that keeps what it gets, and an HTTP address to read it. Takes mail for everybody, sends none. */
const Limits = z.strictObject({
  messages: z.number().int().positive(),
  bytes: z.number().int().positive(),
  messageBytes: z.number().int().positive(),
});

const Faults = z.strictObject({
  /** Answer every recipient with 550. */
  refuse: z.boolean().default(false),
});
const Removal = z.strictObject({
  /** An empty one would be in every address. */
  mark: z.string().min(4),
});
type Faults = z.infer<typeof Faults>;

serveParent(Limits, async (limits) => {
  const store = createMailStore(limits);
  const faults: Faults = { refuse: false };
  const smtp = await startSmtp(store, faults, limits.messageBytes);
  const http = createServer((request, response) => {
    answer(request, response, store, faults).catch((error: unknown) => {
      send(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  const httpPort = await listen(http);
  return {
    ready: { smtpPort: smtp.port, httpPort },
    async close() {
      http.close();
      http.closeAllConnections();
      await smtp.close();
    },
  };
});

async function startSmtp(
  store: MailStore,
  faults: Faults,
  messageBytes: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const { SMTPServer } = await import('smtp-server');
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: messageBytes,
    closeTimeout: 500,
    onRcptTo(_address, _session, callback) {
      callback(faults.refuse ? refusal(550, 'This sink refuses all mail') : null);
    },
    onData(stream, session, callback) {
      // The session's envelope is emptied as soon as the message ends.
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = {
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map((recipient) => recipient.address),
      };
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        // The stream does not stop at the limit by itself; it only says so at the end.
        if (size <= messageBytes) chunks.push(chunk);
      });
      stream.once('end', () => {
        if (size > messageBytes) return callback(refusal(552, `More than ${messageBytes} bytes`));
        readMail(Buffer.concat(chunks), envelope, new Date()).then(
          (mail) => {
            store.add(mail, size);
            callback(null);
          },
          (error: unknown) =>
            callback(refusal(554, `Unreadable: ${error instanceof Error ? error.message : ''}`)),
        );
      });
    },
  });
  // Clients that hang up in the middle end up here; unheard, they would end this process.
  server.on('error', (error) => console.error(`smtp: ${error.message}`));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server.server.address()),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  store: MailStore,
  faults: Faults,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sink');
  const route = `${request.method} ${url.pathname}`;
  if (route === 'GET /healthz') return send(response, 200, { status: 'ok', ...SMTP_SINK, ...store.counts() });
  if (route === 'GET /messages') {
    return send(response, 200, store.find(url.searchParams.get('to') ?? undefined));
  }
  if (route === 'POST /messages/remove') {
    const parsed = Removal.safeParse(JSON.parse(await bodyOf(request)));
    if (!parsed.success) return send(response, 400, { error: z.prettifyError(parsed.error) });
    return send(response, 200, { removed: store.remove(parsed.data.mark) });
  }
  if (route === 'DELETE /messages') {
    store.clear();
    return send(response, 200, store.counts());
  }
  if (route === 'POST /faults') {
    const parsed = Faults.safeParse(JSON.parse(await bodyOf(request)));
    if (!parsed.success) return send(response, 400, { error: z.prettifyError(parsed.error) });
    return send(response, 200, Object.assign(faults, parsed.data));
  }
  send(response, 404, { error: `${route} is not known`, known: ROUTES });
}

const ROUTES = [
  'GET /healthz',
  'GET /messages?to=<address>',
  'POST /messages/remove',
  'DELETE /messages',
  'POST /faults',
];

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8') || '{}';
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(portOf(server.address())));
  });
}

function portOf(address: unknown): number {
  return z.object({ port: z.number() }).parse(address).port;
}
