import type { EventId } from '../events/table.ts';
import type { ResponseView, WireRequest } from '../flow/http.ts';

/** Sends one request to the target. Redirects are not followed: a redirect is an answer. */
export interface ApplicationPort {
  /**
   * @param budgetMs the target must have answered by then
   * @throws TargetUnreachable when no answer came that can be read, with the event of the table
   */
  send(request: WireRequest, budgetMs: number): Promise<ResponseView>;
}

/** No answer came that can be read. Whether that is `fail` or `unknown` says the table of events. */
export class TargetUnreachable extends Error {
  override readonly name = 'TargetUnreachable';
  readonly event: EventId;
  /** Which address was asked, where it matters for the certificate. */
  readonly url: string | undefined;
  /** A browser has a trust store of its own. */
  readonly by: 'node' | 'browser';
  constructor(
    event: EventId,
    message: string,
    options: ErrorOptions & { readonly url?: string; readonly by?: 'node' | 'browser' } = {},
  ) {
    super(message, options);
    this.event = event;
    this.url = options.url;
    this.by = options.by ?? 'node';
  }
}
