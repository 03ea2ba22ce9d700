import { parseJson, writeJson } from '../../contract/flow/exact-json.ts';
import { type PortName, PortUnavailable } from '../../contract/ports/observe.ts';

interface JsonRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** An HTTP answer of a system that we look through. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A look must end: a flow polls about every 250 ms, and a hanging helper system must not look like a slow target. */
const LOOK_TIMEOUT_MS = 5000;

/**
 * Asks a system that we look through, which answers with JSON.
 * @throws PortUnavailable when it gave no answer, or one that is not JSON, or an error other than 404
 */
export async function fetchJson(port: PortName, url: string, request: JsonRequest = {}): Promise<JsonAnswer> {
  const { status, text } = await ask(port, url, request);
  if (status === 404) return { status, body: undefined };
  try {
    return { status, body: parseJson(text) };
  } catch (error) {
    throw new PortUnavailable(port, `${withoutQuery(url)} did not answer with JSON`, hintAt(url), {
      cause: error,
    });
  }
}

/**
 * Tells a system that we look through to do something; what it answers besides its status is not read.
 * @throws PortUnavailable when it gave no answer, or an error
 */
export async function sendJson(port: PortName, url: string, request: JsonRequest): Promise<void> {
  const { status } = await ask(port, url, request);
  if (status === 404) throw new PortUnavailable(port, `${withoutQuery(url)} answered 404`, hintAt(url));
}

async function ask(
  port: PortName,
  url: string,
  request: JsonRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: request.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.json === undefined ? {} : { body: writeJson(request.json) ?? null }),
      signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new PortUnavailable(port, `no answer from ${withoutQuery(url)}: ${reasonOf(error)}`, hintAt(url), {
      cause: error,
    });
  }
  if ([401, 403].includes(response.status)) {
    throw new PortUnavailable(
      port,
      `${withoutQuery(url)} answered ${response.status}`,
      'it does not know us: compare the credentials that the plan names for it with its own',
    );
  }
  if (!response.ok && response.status !== 404)
    throw new PortUnavailable(port, `${withoutQuery(url)} answered ${response.status}`, hintAt(url));
  return { status: response.status, text };
}

function hintAt(url: string): string {
  return `check that the address is right and that the system behind it runs: ${withoutQuery(url)}`;
}

/** The reason of a failed `fetch` is in its cause; the message itself only says "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}
