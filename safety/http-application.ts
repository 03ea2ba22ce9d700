import { decodeBody, type ResponseView, type WireRequest } from '../contract/http.ts';
import {
  TargetUnreachable,
  unreachableReason,
  type ApplicationPort,
  type UnreachableReason,
} from '../contract/ports/application.ts';
import { refuseLiveRequest } from './live-keys.ts';

/** Bodies above this size are not read: 5 MiB. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;

/**
 * Sends requests with Node's own fetch, for everything that runs outside Playwright: clean-up, sweep, probes.
 * Redirects are not followed. A body above `maxBodyBytes` is an error that says nothing about the target.
 */
export function createHttpApplication(options: { readonly maxBodyBytes?: number } = {}): ApplicationPort {
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  return {
    send: async (request, budgetMs) => {
      refuseLiveRequest(request);
      const started = performance.now();
      const signal = AbortSignal.timeout(budgetMs);
      try {
        const answer = await fetch(request.url, {
          method: request.method,
          headers: request.headers,
          redirect: 'manual',
          signal,
          ...(request.body === undefined ? {} : { body: request.body }),
        });
        const text = await readBody(answer, maxBodyBytes, request);
        return view(answer, text, performance.now() - started);
      } catch (error) {
        throw describeFailure(error, request, budgetMs, signal.aborted);
      }
    },
  };
}

class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

async function readBody(answer: Response, maxBytes: number, request: WireRequest): Promise<string> {
  if (answer.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by a throw cancels the stream, which closes the connection.
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new BodyTooLarge(
        `the answer to ${place(request)} is larger than ${maxBytes} bytes, which is not read`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function view(answer: Response, text: string, durationMs: number): ResponseView {
  const headers: Record<string, string> = {};
  for (const [name, value] of answer.headers) {
    // Cookies may contain commas, so several of them are joined by line feeds.
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  return { status: answer.status, headers, body: decodeBody(headers['content-type'], text), durationMs };
}

function describeFailure(error: unknown, request: WireRequest, budgetMs: number, aborted: boolean): Error {
  if (error instanceof BodyTooLarge) return error;
  if (aborted) {
    return new TargetUnreachable('timeout', `${place(request)}: no complete answer within ${budgetMs} ms`, {
      cause: error,
    });
  }
  const texts = errorTexts(error);
  const reason = reasonOf(texts);
  const message = `${place(request)}: ${texts.find((text) => text !== 'fetch failed') ?? 'failed'}`;
  return reason === undefined
    ? new Error(message, { cause: error })
    : new TargetUnreachable(reason, message, { cause: error });
}

// Codes of Node's HTTP client that the contract's table, made for system errors, does not have.
const REASON_OF_CLIENT_CODE: Readonly<Record<string, UnreachableReason>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'reset',
  EPROTO: 'untrusted',
  HOSTNAME_MISMATCH: 'untrusted',
  INVALID_CA: 'untrusted',
  CERT_NOT_YET_VALID: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
};

function reasonOf(texts: readonly string[]): UnreachableReason | undefined {
  for (const text of texts) {
    const known = unreachableReason(text);
    if (known !== undefined) return known;
    for (const [code, reason] of Object.entries(REASON_OF_CLIENT_CODE)) {
      if (text.includes(code)) return reason;
    }
    if (/\bERR_(SSL|TLS)_/.test(text)) return 'untrusted';
    // Something listens there, and it does not speak HTTP.
    if (/\bHPE_[A-Z_]+\b/.test(text)) return 'unreachable';
  }
  return undefined;
}

/** `code: message` of an error and of all its causes, outermost first; an AggregateError holds one per address tried. */
function errorTexts(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return typeof error === 'string' ? [error] : [];
  const code = (error as NodeJS.ErrnoException).code;
  const own =
    code !== undefined && !error.message.includes(code) ? `${code} ${error.message}`.trim() : error.message;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]).flatMap(errorTexts) : [];
  return [own, ...inner, ...errorTexts(error.cause)].filter((text) => text !== '');
}

function place(request: WireRequest): string {
  // Query and fragment may hold tokens and say nothing about the connection.
  return `${request.method} ${request.url.replace(/[?#].*$/s, '')}`;
}
