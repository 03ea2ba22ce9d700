import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { eventOfText } from '../../../contract/events/codes.ts';
import type { EventId } from '../../../contract/events/table.ts';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { type ApplicationPort, TargetUnreachable } from '../../../contract/ports/application.ts';
import { decodeAnswer } from '../../../host/decode-bytes.ts';
import { PATIENT_CONNECT, textOf } from '../../../host/http-exchange.ts';
import { refuseLiveRequest } from '../../../safety/live-keys.ts';
import { McpFault } from './mcp-session.ts';

const EVENT_STREAM = /^text\/event-stream\b/i;
/** What came last of a stream is still on its way to the client when the stream has ended. Milliseconds. */
const LAST_WORD_MS = 100;

/**
 * Sends requests whose answer may be a stream of events, which goes on after its head: a server may ask something in it
 * before it answers. Each has a connection of its own, so none meets the end of an idle one.
 */
export class EventStreamWire implements ApplicationPort {
  /** What is under way when a request is sent: it is ended where an answer that has begun will not come to its end. */
  readonly #underWay: () => Pick<AbortController, 'abort'>;
  readonly #streams = new WeakMap<ResponseView, Response>();
  readonly #open = new Set<http.ClientRequest>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(underWay: () => Pick<AbortController, 'abort'>) {
    this.#underWay = underWay;
  }

  /** @throws TargetUnreachable */
  send(request: WireRequest, budgetMs: number): Promise<ResponseView> {
    refuseLiveRequest(request);
    const { method, url, headers, body } = request;
    const started = performance.now();
    // Asked now: the end of this answer must not end what is asked after it.
    const call = this.#underWay();
    return new Promise((resolve, reject) => {
      const options = {
        method,
        agent: false as const,
        // Compressed events would be held back until there are enough of them.
        headers: { 'user-agent': 'greenlight', ...headers, 'accept-encoding': 'identity' },
        ...PATIENT_CONNECT,
      };
      const client = url.startsWith('https:') ? https.request(url, options) : http.request(url, options);
      let streams = false;
      const end = (reason: Error): void => {
        clearTimeout(timer);
        client.destroy();
        if (streams) call.abort(reason);
        else reject(reason);
      };
      const timer = setTimeout(
        () => end(unreachable(request, 'timeout', `no complete answer within ${Math.round(budgetMs)} ms`)),
        budgetMs,
      );
      this.#open.add(client);
      client.on('close', () => {
        clearTimeout(timer);
        this.#open.delete(client);
      });
      client.on('error', (error) => end(failure(request, error, false)));
      client.on('response', (answer) => {
        const head = { status: answer.statusCode ?? 0, headers: headersOf(answer) };
        answer.on('error', (error) => end(failure(request, error, true)));
        answer.on('close', () => {
          if (!answer.complete) end(unreachable(request, 'body-cut-short', 'the answer ends before its end'));
        });
        if (head.status === 200 && EVENT_STREAM.test(head.headers['content-type'] ?? '')) {
          streams = true;
          const view = { ...head, body: '', durationMs: performance.now() - started };
          this.#streams.set(view, this.#streamed(request, budgetMs, answer, head, call));
          resolve(view);
          return;
        }
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          if (!answer.complete) return;
          const decoded = decodeAnswer(head.headers, Buffer.concat(chunks));
          resolve({ ...head, ...decoded, durationMs: performance.now() - started });
        });
      });
      client.end(body);
    });
  }

  /** An answer in the form that clients of `fetch` take. */
  responseOf(view: ResponseView): Response {
    const { status, headers, text } = view;
    const bodiless = [204, 205, 304].includes(status);
    return (
      this.#streams.get(view) ??
      new Response(bodiless ? null : (text ?? ''), { status, headers: plain(headers) })
    );
  }

  /** Ends whatever is still under way. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const client of this.#open) client.destroy();
  }

  #streamed(
    request: WireRequest,
    budgetMs: number,
    answer: http.IncomingMessage,
    head: Pick<ResponseView, 'status' | 'headers'>,
    call: Pick<AbortController, 'abort'>,
  ): Response {
    let resumable = false;
    answer.on('data', (chunk: Buffer) => (resumable ||= /^id:/m.test(chunk.toString('latin1'))));
    answer.on('end', () => {
      if (!answer.complete) return;
      const after = (ms: number, reason: Error): void =>
        void this.#timers.add(setTimeout(() => call.abort(reason), ms));
      // One that can be taken up again may end and be continued: the client tries that, and gives up in silence.
      if (resumable)
        after(
          budgetMs,
          unreachable(
            request,
            'timeout',
            `no answer within ${Math.round(budgetMs)} ms after its stream ended`,
          ),
        );
      else after(LAST_WORD_MS, new McpFault('protocol', 'the stream of events ended without an answer'));
    });
    return new Response(Readable.toWeb(answer) as ReadableStream, { ...head, headers: plain(head.headers) });
  }
}

function headersOf(answer: http.IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join('\n') : (value ?? ''),
    ]),
  );
}

/** What a body that is decoded already no longer has, and what only browsers keep. */
function plain(headers: Readonly<Record<string, string>>): Record<string, string> {
  const gone = ['content-encoding', 'content-length', 'transfer-encoding', 'set-cookie'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.includes(name)));
}

function failure(request: WireRequest, error: Error, answered: boolean): Error {
  const text = textOf(error);
  const event = eventOfText(text);
  if (event === undefined) return new Error(`${request.method} ${request.url}: ${text}`, { cause: error });
  // Within a body the end of a connection is the end of an answer.
  const cut = answered && (event === 'reset' || event === 'not-http');
  return unreachable(request, cut ? 'body-cut-short' : event, text);
}

function unreachable({ method, url }: WireRequest, event: EventId, text: string): TargetUnreachable {
  // The query may hold tokens.
  return new TargetUnreachable(event, `${method} ${url.replace(/[?#].*$/s, '')}: ${text}`, { url });
}
