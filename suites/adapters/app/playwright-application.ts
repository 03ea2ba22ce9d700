import type { APIRequestContext } from '@playwright/test';
import { decodeBody } from '../../../contract/http.ts';
import {
  type ApplicationPort,
  TargetUnreachable,
  unreachableReason,
  type UnreachableReason,
} from '../../../contract/ports/application.ts';
import { refuseLiveRequest } from '../../../safety/live-keys.ts';

/**
 * Sends requests through Playwright, so that they show in traces and its UI. Cookies that the target sets are kept
 * by the context and sent again: one context is one visitor. Redirects are not followed.
 */
export function createPlaywrightApplication(context: APIRequestContext): ApplicationPort {
  return {
    async send(request, budgetMs) {
      refuseLiveRequest(request);
      const started = performance.now();
      try {
        const response = await context.fetch(request.url, {
          method: request.method,
          headers: { ...request.headers },
          maxRedirects: 0,
          failOnStatusCode: false,
          timeout: budgetMs,
          // As bytes: given a string, Playwright quotes it again when the type says JSON and it does not parse, and
          // a tampered webhook body would arrive healed.
          ...(request.body === undefined ? {} : { data: Buffer.from(request.body, 'utf8') }),
        });
        const text = await response.text();
        const durationMs = performance.now() - started;
        const headers = response.headers();
        await response.dispose();
        return {
          status: response.status(),
          headers,
          body: decodeBody(headers['content-type'], text),
          durationMs,
        };
      } catch (error) {
        throw describeFailure(error, budgetMs);
      }
    },
  };
}

function describeFailure(error: unknown, budgetMs: number): unknown {
  if (!(error instanceof Error)) return error;
  // Everything after the first line is a call log with all headers, secrets included.
  const line = error.message.split('\n')[0] ?? '';
  const reason = reasonOf(line);
  if (reason === undefined) return new Error(line);
  return new TargetUnreachable(
    reason,
    reason === 'timeout' ? `no complete answer within ${budgetMs} ms` : line,
  );
}

function reasonOf(line: string): UnreachableReason | undefined {
  if (/Timeout \d+ms exceeded|Request timed out/i.test(line)) return 'timeout';
  return unreachableReason(line) ?? (/Parse Error|HPE_[A-Z_]+|EPROTO/.test(line) ? 'unreachable' : undefined);
}
