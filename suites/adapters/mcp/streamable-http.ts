import { CannotTell } from '../../../contract/cannot-tell.ts';
import type { WireRequest } from '../../../contract/flow/http.ts';
import type { ApplicationPort } from '../../../contract/ports/application.ts';
import { importOptional } from '../../../host/import-optional.ts';
import { ownVersion } from '../../../host/package-root.ts';
import { sendPatiently } from '../../../safety/patient-application.ts';
import { EventStreamWire } from './event-stream-wire.ts';
import { McpFault, type McpResult, type McpSession, type McpTool } from './mcp-session.ts';

/** Where a server is, and how it is asked. */
export interface McpPlace {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The time for one answer, in milliseconds. */
  readonly budgetMs: number;
  /** How long a request may wait where its rate is limited, in milliseconds. */
  readonly waitMs: number;
  /** What every request goes through, such as the headers of the target. */
  readonly through: (wire: ApplicationPort) => ApplicationPort;
}

/** Of a list that goes on for longer the rest is not known: how much is on a page, the server says. */
export const MOST_PAGES = 10;
/** The client's own time-out: ours is that of the wire, which knows what waiting for a limited rate is. */
const NEVER_MS = 2 ** 31 - 1;

const load = () =>
  importOptional('@modelcontextprotocol/sdk', () =>
    Promise.all([
      import('@modelcontextprotocol/sdk/client/index.js'),
      import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
      import('@modelcontextprotocol/sdk/types.js'),
    ]),
  );

/** Connects and initialises. @throws what McpSession throws; GreenlightError PART_MISSING without the client */
export async function openMcp(place: McpPlace): Promise<McpSession> {
  const [{ Client }, { StreamableHTTPClientTransport, StreamableHTTPError }, types] = await load();
  let call = new AbortController();
  const answered = new WeakSet<AbortController>();
  const wire = new EventStreamWire(() => {
    const asked = call;
    return {
      // What has its answer misses none: its stream ends after it, maybe while more is said in the same call.
      abort: (reason: unknown) => {
        if (!answered.has(asked)) asked.abort(reason);
      },
    };
  });
  const application = place.through(wire);

  const fetchOn = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const method = (init.method ?? 'GET') as WireRequest['method'];
    // The client says it when the server has initialised the session, and waits for no answer.
    if (methodOf(init.body) === 'notifications/initialized') answered.add(call);
    // Messages that nobody asked for say nothing about tools: as to a server that has none, the way is closed.
    if (method === 'GET' && headers['last-event-id'] === undefined)
      return new Response(null, { status: 405 });
    const request = {
      method,
      url: String(url),
      headers: { ...headers, ...place.headers },
      ...(typeof init.body === 'string' && { body: init.body }),
    };
    return wire.responseOf(
      await sendPatiently(application, request, place.budgetMs, { waitMs: place.waitMs }),
    );
  };

  const client = new Client({ name: 'greenlight', version: ownVersion() });
  const transport = new StreamableHTTPClientTransport(new URL(place.url), { fetch: fetchOn });

  const translated = (error: unknown): unknown => {
    if (call.signal.aborted) return call.signal.reason;
    if (!(error instanceof Error)) return error;
    const cause = { cause: error };
    if (error instanceof StreamableHTTPError)
      return (error.code ?? -1) > 0
        ? new McpFault('status', `answered ${error.code}`, { ...cause, status: error.code })
        : new McpFault('protocol', error.message, cause);
    if (error instanceof types.McpError)
      return new McpFault('protocol', error.message, { ...cause, code: error.code });
    if (/protocol version is not supported/i.test(error.message))
      return new McpFault('version', error.message, cause);
    // Of a result of another shape, and of an answer that is no JSON.
    if ('issues' in error || error instanceof SyntaxError || /invalid initialize result/i.test(error.message))
      return new McpFault('protocol', 'an answer of another shape than that of the protocol', cause);
    return error;
  };
  async function ask<T>(what: (options: { signal: AbortSignal; timeout: number }) => Promise<T>): Promise<T> {
    const asked = new AbortController();
    call = asked;
    try {
      return await what({ signal: asked.signal, timeout: NEVER_MS });
    } catch (error) {
      throw translated(error);
    } finally {
      answered.add(asked);
    }
  }
  const close = async (): Promise<void> => {
    try {
      await ask(() => transport.terminateSession());
    } catch {
      // A session that cannot be ended there ends by itself; what is looked at was seen before.
    }
    wire.close();
    await client.close();
  };

  try {
    await ask((options) => client.connect(transport, options));
  } catch (error) {
    await close();
    throw error;
  }
  const about = client.getServerVersion();
  return {
    server: `${about?.name ?? 'a server'} ${about?.version ?? ''}, protocol ${transport.protocolVersion ?? 'unknown'}`,
    close,
    async tools() {
      const found: McpTool[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const params = cursor === undefined ? {} : { cursor };
        const list = await ask((options) =>
          client.request({ method: 'tools/list', params }, types.ListToolsResultSchema, options),
        );
        for (const { name, annotations } of list.tools)
          found.push({ name, readsOnly: annotations?.readOnlyHint === true });
        if (list.nextCursor === undefined) return found;
        if (list.nextCursor === cursor)
          throw new McpFault('protocol', 'a page of the list of tools names itself as the next one');
        cursor = list.nextCursor;
      }
      throw new CannotTell(
        'list-too-long',
        `the list of tools goes on after ${MOST_PAGES} pages, and what is on the others is not known`,
        { remedy: 'let the server list more tools on a page' },
      );
    },
    async call(tool, values) {
      // Not `callTool`: it also holds the result against the tool's own schema, by a validator with limits of its own.
      const result = await ask((options) =>
        client.request(
          { method: 'tools/call', params: { name: tool, arguments: { ...values } } },
          types.CallToolResultSchema,
          options,
        ),
      );
      return resultOf(result);
    },
  };
}

function resultOf({
  content,
  structuredContent,
  isError,
}: {
  readonly content: readonly { readonly type: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}): McpResult {
  const texts = content.flatMap((one) => ('text' in one && typeof one.text === 'string' ? [one.text] : []));
  const text = texts.join('\n');
  const other = content.filter(({ type }) => type !== 'text');
  const unstructured = text.trim() !== '' ? parsed(text) : other.length > 0 ? other : undefined;
  return {
    isError: isError === true,
    text,
    body: structuredContent ?? unstructured,
  };
}

/** What a message of the protocol asks for or tells; undefined for anything else. */
function methodOf(body: RequestInit['body']): unknown {
  const message = typeof body === 'string' ? parsed(body) : undefined;
  return (message as { readonly method?: unknown } | null | undefined)?.method;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Most tools answer in prose.
    return text;
  }
}
