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
  /** The IP address that was asked in place of the one that the name of `url` resolves to. */
  readonly address: string | undefined;
  /** A browser has a trust store of its own. */
  readonly by: 'node' | 'browser';
  constructor(
    event: EventId,
    message: string,
    options: ErrorOptions & {
      readonly url?: string;
      readonly address?: string | undefined;
      readonly by?: 'node' | 'browser';
    } = {},
  ) {
    super(message, options);
    this.event = event;
    this.url = options.url;
    this.address = options.address;
    this.by = options.by ?? 'node';
  }
}
