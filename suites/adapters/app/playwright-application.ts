import type { APIRequestContext, APIResponse } from '@playwright/test';
import { eventOfText } from '../../../contract/events/codes.ts';
import type { EventId } from '../../../contract/events/table.ts';
import type { ResponseView, WireRequest } from '../../../contract/flow/http.ts';
import { type ApplicationPort, TargetUnreachable } from '../../../contract/ports/application.ts';
import { decodeAnswer, decodeBytes } from '../../../host/decode-bytes.ts';
import { IDEMPOTENT, LONGEST_IDLE_MS } from '../../../safety/http-application.ts';
import { refuseLiveRequest } from '../../../safety/live-keys.ts';
import { WireTap } from './wire-tap.ts';

/**
 * Sends requests through Playwright, so that they show in traces and its UI. Cookies that the target sets are kept
 * by the context and sent again: one context is one visitor. Redirects are not followed. No connection is used again
 * after a pause, and a request that met the end of an idle one is repeated once on a fresh one, where that does nothing
 * twice.
 */
export function createPlaywrightApplication(context: APIRequestContext): ApplicationPort {
  return {
    async send(request, budgetMs) {
      refuseLiveRequest(request);
      const started = performance.now();
      // Playwright's connections belong to the process, so another test may have used one last.
      if (started - lastEnd > LONGEST_IDLE_MS) WireTap.closeIdle();
      let tap = new WireTap(request.method, request.url);
      try {
        let response: APIResponse;
        try {
          response = await fetchOnce(context, request, budgetMs);
        } catch (error) {
          if (!(tap.metDeadConnection && eventOf(error) === 'reset' && IDEMPOTENT.includes(request.method)))
            throw error;
          WireTap.closeIdle();
          tap.end();
          tap = new WireTap(request.method, request.url);
          response = await fetchOnce(context, request, Math.max(1, budgetMs - (performance.now() - started)));
        }
        return await view(response, tap, started);
      } catch (error) {
        throw describeFailure(error, request, budgetMs, tap);
      } finally {
        tap.end();
        lastEnd = performance.now();
      }
    },
  };
}

let lastEnd = 0;

function fetchOnce(context: APIRequestContext, request: WireRequest, timeout: number): Promise<APIResponse> {
  return context.fetch(request.url, {
    method: request.method,
    headers: { ...request.headers },
    maxRedirects: 0,
    failOnStatusCode: false,
    timeout,
    // As bytes: given a string, Playwright quotes it again when the type says JSON and it does not parse, and
    // a tampered webhook body would arrive healed.
    ...(request.body === undefined ? {} : { data: Buffer.from(request.body, 'utf8') }),
  });
}

async function view(response: APIResponse, tap: WireTap, started: number): Promise<ResponseView> {
  const body = await response.body();
  const durationMs = performance.now() - started;
  const headers = response.headers();
  await response.dispose();
  // Playwright gives what could be decompressed of half a document, as if it were all of it.
  const decoded =
    tap.bytes === undefined ? decodeBytes(headers['content-type'], body) : decodeAnswer(headers, tap.bytes);
  return { status: response.status(), headers, ...decoded, durationMs };
}

function describeFailure(error: unknown, request: WireRequest, budgetMs: number, tap: WireTap): unknown {
  if (!(error instanceof Error)) return error;
  // Everything after the first line is a call log with all headers, secrets included.
  const line = error.message.split('\n')[0] ?? '';
  const event = eventOf(error);
  if (event === undefined) return new Error(line);
  return new TargetUnreachable(
    // Within a body the end of a connection is the end of an answer.
    event === 'reset' && tap.answered ? 'body-cut-short' : event,
    event === 'timeout' ? `no complete answer within ${budgetMs} ms` : line,
    { url: request.url },
  );
}

function eventOf(error: unknown): EventId | undefined {
  const line = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  return /Timeout \d+ms exceeded|Request timed out/i.test(line) ? 'timeout' : eventOfText(line);
}
