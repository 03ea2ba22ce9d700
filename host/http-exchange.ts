import http from 'node:http';
import https from 'node:https';
import { eventOfText } from '../contract/events/codes.ts';
import type { EventId } from '../contract/events/table.ts';
import type { WireRequest } from '../contract/flow/http.ts';

/** The second address of a host is tried after so long; Node's own 250 ms give up distant ones. Milliseconds. */
const NEXT_ADDRESS_MS = 1000;
/** The same for whoever connects by other ways: Node's types do not know it there. */
export const PATIENT_CONNECT = { autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS } as const;
const USUAL_HEADERS = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'greenlight' };

/** Closes connections on which nothing is under way. */
export function closeIdle(...agents: readonly http.Agent[]): void {
  for (const agent of agents)
    for (const sockets of Object.values(agent.freeSockets)) sockets?.forEach((socket) => socket.destroy());
}

export interface RawAnswer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
}

/** A failure that is named by the table of events, and not by a code of Node. */
export class Met extends Error {
  override readonly name = 'Met';
  readonly event: EventId;
  constructor(event: EventId, message: string) {
    super(message);
    this.event = event;
  }
}

/** One request and its answer. */
export class Exchange {
  readonly #request: WireRequest;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };
  readonly #maxBytes: number;

  constructor(request: WireRequest, agents: { http: http.Agent; https: https.Agent }, maxBytes: number) {
    this.#request = request;
    this.#agents = agents;
    this.#maxBytes = maxBytes;
  }

  run(budgetMs: number): Promise<RawAnswer> {
    const { method, url, headers, body } = this.#request;
    return new Promise((resolve, reject) => {
      const secure = url.startsWith('https:');
      const options = {
        method,
        headers: {
          ...USUAL_HEADERS,
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
      };
      const client = secure
        ? https.request(url, { ...options, agent: this.#agents.https })
        : http.request(url, { ...options, agent: this.#agents.http });
      let answered = false;
      const end = (error: Error): void => {
        clearTimeout(timer);
        client.destroy();
        reject(error);
      };
      const timer = setTimeout(
        () => end(new Met('timeout', `no complete answer within ${Math.round(budgetMs)} ms`)),
        budgetMs,
      );
      client.on('error', (error) =>
        end(client.reusedSocket && !answered && isReset(error) ? new DeadConnection(textOf(error)) : error),
      );
      client.on('response', (answer) => {
        answered = true;
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.byteLength;
          if (size > this.#maxBytes)
            end(
              new Met(
                'body-too-large',
                `the answer is larger than ${this.#maxBytes} bytes, which is not read`,
              ),
            );
          else chunks.push(chunk);
        });
        answer.on('error', (error) => end(cutShort(error)));
        answer.on('close', () => {
          clearTimeout(timer);
          if (!answer.complete) end(new Met('body-cut-short', 'the answer ends before its end'));
        });
        answer.on('end', () => {
          if (!answer.complete) return;
          clearTimeout(timer);
          resolve({
            status: answer.statusCode ?? 0,
            rawHeaders: answer.rawHeaders,
            bytes: Buffer.concat(chunks),
          });
        });
      });
      client.end(body);
    });
  }
}

/** A connection that an earlier request had used ended before anything of an answer came. */
export class DeadConnection extends Met {
  constructor(message: string) {
    super('reset', message);
  }
}

function isReset(error: Error): boolean {
  return eventOfText(textOf(error)) === 'reset';
}

/** Within a body the end of a connection is the end of an answer. */
function cutShort(error: Error): Error {
  const event = eventOfText(textOf(error));
  return event === 'reset' || event === 'not-http' ? new Met('body-cut-short', textOf(error)) : error;
}

/** `code: message` of an error; an AggregateError holds one per address that was tried. */
export function textOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  const inner = error instanceof AggregateError ? (error.errors as Error[]).map(textOf).join('; ') : '';
  const own = error.message || inner;
  return code !== undefined && !own.includes(code) ? `${code} ${own}`.trim() : own;
}
