import { subscribe } from 'node:diagnostics_channel';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';

/**
 * What went over the wire for one of Playwright's requests. Playwright tells neither whether a connection was used
 * before, nor what a compressed body was before it decompressed what there was of it; but it sends from this process,
 * and Node tells of every request.
 */
export class WireTap {
  static readonly #waiting: WireTap[] = [];
  static readonly #agents = new Set<WeakRef<Agent>>();
  static #listening = false;

  readonly #method: string;
  readonly #url: string;
  readonly #chunks: Buffer[] = [];
  #request: ClientRequest | undefined;
  #answered = false;
  #ended = false;

  /** Taps requests of this process with this method and address until it is ended. */
  constructor(method: string, url: string) {
    this.#method = method;
    this.#url = url;
    WireTap.#waiting.push(this);
    if (WireTap.#listening) return;
    WireTap.#listening = true;
    subscribe('http.client.request.start', (message) =>
      WireTap.#begun((message as { request: ClientRequest }).request),
    );
  }

  /** Whether it failed on a connection that an earlier request had used, before anything of an answer came. */
  get metDeadConnection(): boolean {
    return this.#request?.reusedSocket === true && !this.#answered;
  }

  /** Whether anything of an answer came. */
  get answered(): boolean {
    return this.#answered;
  }

  /** The body as it came, still compressed; undefined where it was not seen to its end. */
  get bytes(): Buffer | undefined {
    return this.#ended ? Buffer.concat(this.#chunks) : undefined;
  }

  /** Listens no longer. */
  end(): void {
    const at = WireTap.#waiting.indexOf(this);
    if (at !== -1) WireTap.#waiting.splice(at, 1);
  }

  /** Closes connections on which nothing is under way. */
  static closeIdle(): void {
    for (const reference of WireTap.#agents) {
      const agent = reference.deref();
      if (agent === undefined) WireTap.#agents.delete(reference);
      for (const sockets of Object.values(agent?.freeSockets ?? {}))
        sockets?.forEach((socket) => socket.destroy());
    }
  }

  static #begun(request: ClientRequest): void {
    const url = `${request.protocol}//${request.host}`;
    const tap = WireTap.#waiting.find(
      (one) => one.#method === request.method && sameAddress(one.#url, url, request),
    );
    if (tap === undefined) return;
    // Asked for credentials, Playwright sends a request twice: what it gives is the last answer.
    tap.#chunks.length = 0;
    tap.#answered = false;
    tap.#ended = false;
    tap.#request = request;
    const { agent } = request as ClientRequest & { readonly agent?: Agent };
    if (agent !== undefined && ![...WireTap.#agents].some((one) => one.deref() === agent))
      WireTap.#agents.add(new WeakRef(agent));
    request.prependOnceListener('response', (answer: IncomingMessage) => {
      if (tap.#request !== request) return;
      tap.#answered = true;
      // Not a reader of its own: that would set the body flowing before Playwright, which first keeps cookies, reads it.
      const push = answer.push.bind(answer);
      answer.push = (chunk: unknown, encoding?: BufferEncoding) => {
        if (tap.#request === request) {
          if (Buffer.isBuffer(chunk)) tap.#chunks.push(chunk);
          else if (chunk === null) tap.#ended = true;
        }
        return push(chunk, encoding);
      };
    });
  }
}

function sameAddress(wanted: string, origin: string, request: ClientRequest): boolean {
  const url = new URL(wanted);
  return (
    url.protocol === request.protocol &&
    origin.endsWith(url.hostname.replace(/^\[|\]$/g, '')) &&
    request.path === url.pathname + url.search
  );
}
