import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { eventOfText } from '../contract/events/codes.ts';
import type { ResponseView, WireRequest } from '../contract/flow/http.ts';
import { TargetUnreachable, type ApplicationPort } from '../contract/ports/application.ts';
import { decodeAnswer } from '../host/decode-bytes.ts';
import { closeIdle, DeadConnection, Exchange, Met, type RawAnswer, textOf } from '../host/http-exchange.ts';
import { refuseLiveRequest } from './live-keys.ts';

/** Bodies above this size are not read: 5 MiB. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** A connection that was idle for longer may be about to be closed by the other side; milliseconds. */
export const LONGEST_IDLE_MS = 200;
/** What may be sent twice without doing anything twice (RFC 9110, 9.2.2). */
export const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

/**
 * Sends requests with Node's own client, for everything that runs outside Playwright: clean-up, sweep, probes. Redirects
 * are not followed. No connection is used again after a pause, and a request that met the end of an idle one is repeated
 * once on a fresh one, where that does nothing twice.
 * @param options.freshAt an IP address to which every request goes over a connection of its own, under the name of its URL
 */
export function createHttpApplication(
  options: { readonly maxBodyBytes?: number; readonly freshAt?: string } = {},
): ApplicationPort {
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  const how = options.freshAt === undefined ? { keepAlive: true } : freshConnections(options.freshAt);
  const agents = { http: new http.Agent(how), https: new https.Agent(how) };
  let lastEnd = 0;
  return {
    send: async (request, budgetMs) => {
      refuseLiveRequest(request);
      const started = performance.now();
      if (started - lastEnd > LONGEST_IDLE_MS) closeIdle(agents.http, agents.https);
      const sendOnce = (leftMs: number): Promise<RawAnswer> =>
        new Exchange(request, agents, maxBodyBytes).run(leftMs);
      try {
        let answer: RawAnswer;
        try {
          answer = await sendOnce(budgetMs);
        } catch (error) {
          if (!(error instanceof DeadConnection) || !IDEMPOTENT.includes(request.method)) throw error;
          closeIdle(agents.http, agents.https);
          answer = await sendOnce(Math.max(1, budgetMs - (performance.now() - started)));
        }
        return view(answer, performance.now() - started);
      } catch (error) {
        throw describeFailure(error, request);
      } finally {
        lastEnd = performance.now();
      }
    },
  };
}

function freshConnections(address: string): http.AgentOptions {
  const family = isIP(address);
  const lookup: LookupFunction = (_host, { all }, done) =>
    all === true ? done(null, [{ address, family }]) : done(null, address, family);
  // A session of TLS that is taken up again may lead back to the node that knows it.
  return { keepAlive: false, lookup, maxCachedSessions: 0 } as http.AgentOptions;
}

function view({ status, rawHeaders, bytes }: RawAnswer, durationMs: number): ResponseView {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    const value = rawHeaders[at + 1] as string;
    // Cookies may contain commas, so several of them are joined by line feeds.
    const joint = name === 'set-cookie' ? '\n' : ', ';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}${joint}${value}`;
  }
  return { status, headers, ...decodeAnswer(headers, bytes), durationMs };
}

function describeFailure(error: unknown, request: WireRequest): Error {
  const text = error instanceof Error ? textOf(error) : String(error);
  const event = error instanceof Met ? error.event : eventOfText(text);
  const message = `${place(request)}: ${text}`;
  return event === undefined
    ? new Error(message, { cause: error })
    : new TargetUnreachable(event, message, { cause: error, url: request.url });
}

function place(request: WireRequest): string {
  // Query and fragment may hold tokens and say nothing about the connection.
  return `${request.method} ${request.url.replace(/[?#].*$/s, '')}`;
}
