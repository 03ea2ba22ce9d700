import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerAdmin } from './admin.ts';
import { ApiError, invalidRequest } from './api-error.ts';
import { authenticate } from './authentication.ts';
import { openBooks } from './books.ts';
import { createDeliveries, type DeliverySettings } from './deliveries.ts';
import { noFaults } from './faults.ts';
import { parseForm } from './form-body.ts';
import { createIdempotency, type StripeAnswer } from './idempotency.ts';
import { newId } from './ids.ts';
import { answerRequest } from './routes.ts';
import type { StandIn } from './stand-in.ts';
import { announcer, API_VERSION } from './webhooks.ts';

const LARGEST_BODY = 1024 * 1024;

/** The stand-in as an HTTP server that is not listening yet, and how to end its deliveries. */
export function createStandIn(
  secretKey: string,
  settings: DeliverySettings,
): { readonly server: Server; close(): void } {
  const books = openBooks();
  const faults = noFaults();
  const wanted = (id: string): boolean => books.endpoints.get(id)?.endpoint.status === 'enabled';
  const deliveries = createDeliveries(settings, faults, wanted);
  const standIn: StandIn = {
    secretKey,
    bank: { books, announce: announcer(books, deliveries) },
    deliveries,
    faults,
    idempotency: createIdempotency(),
  };
  const server = createServer((request, response) => {
    void respond(standIn, request, response);
  });
  return { server, close: () => deliveries.close() };
}

async function respond(standIn: StandIn, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newId('req_');
  const headers: Record<string, string> = { 'request-id': requestId };
  let answer: StripeAnswer;
  try {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const body = await bodyOf(request);
    answer = url.pathname.startsWith('/_stand-in/')
      ? answerAdmin(standIn, request.method ?? 'GET', url.pathname, body)
      : await answerApi(standIn, request, url, body, requestId, headers);
  } catch (error) {
    answer = answerOfError(error, requestId);
  }
  response.writeHead(answer.status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body, null, 2));
}

async function answerApi(
  standIn: StandIn,
  request: IncomingMessage,
  url: URL,
  body: string,
  requestId: string,
  headers: Record<string, string>,
): Promise<StripeAnswer> {
  if (standIn.faults.delayRequestsMs > 0) await sleep(standIn.faults.delayRequestsMs);
  authenticate(request.headers.authorization, standIn.secretKey);
  headers['stripe-version'] = header(request, 'stripe-version') ?? API_VERSION;
  if (standIn.faults.failRequests > 0) {
    standIn.faults.failRequests -= 1;
    throw new ApiError(500, { type: 'api_error', message: 'An unknown error occurred (planted).' });
  }
  const method = request.method ?? 'GET';
  const key = method === 'POST' ? header(request, 'idempotency-key') : undefined;
  if (key !== undefined) headers['idempotency-key'] = key;
  const work = (): StripeAnswer => {
    try {
      const fields = formOf(method === 'POST' ? body : url.search.slice(1));
      const cause = { requestId, idempotencyKey: key ?? null };
      return {
        status: 200,
        body: answerRequest(standIn.bank, { method, path: url.pathname, fields, cause }),
      };
    } catch (error) {
      return answerOfError(error, requestId);
    }
  };
  const { answer, replayed } = standIn.idempotency.once(
    { key, route: `${method} ${url.pathname}`, body },
    work,
  );
  if (replayed) headers['idempotent-replayed'] = 'true';
  return answer;
}

function formOf(text: string): ReturnType<typeof parseForm> {
  try {
    return parseForm(text);
  } catch (error) {
    throw invalidRequest(error instanceof Error ? error.message : String(error));
  }
}

function answerOfError(error: unknown, requestId: string): StripeAnswer {
  if (error instanceof ApiError) {
    return {
      status: error.status,
      body: { error: { ...error.body, request_log_url: `stand-in:${requestId}` } },
    };
  }
  // A defect of the stand-in itself: it goes to its log, and the caller learns that nothing can be concluded.
  process.stderr.write(`${requestId} ${error instanceof Error ? error.stack : String(error)}\n`);
  return {
    status: 500,
    body: {
      error: { type: 'api_error', message: `The stand-in itself failed (${requestId}), see its log.` },
    },
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY)
      throw new ApiError(413, { type: 'invalid_request_error', message: 'Body too large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
