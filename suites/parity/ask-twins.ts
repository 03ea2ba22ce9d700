import { encodeRequest, type ResponseView } from '../../contract/http.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import type { TwinRequest } from '../../contract/probe.ts';
import type { Statement } from '../../contract/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import { ask, type ProbeTools } from '../probe-finding.ts';

/** Looks at both systems. */
export interface TwinTools extends ProbeTools {
  readonly oldUrls: Readonly<Record<string, string>>;
}

/** Headers with their secrets read. */
export interface TwinHeaders {
  readonly new: Readonly<Record<string, string>>;
  readonly old: Readonly<Record<string, string>>;
}

interface Asking {
  readonly endpoint: string;
  readonly budgetMs: number;
}

/** `GET /products` */
export function nameOf({ method, path }: TwinRequest): string {
  return `${method} ${path}`;
}

/** @throws CannotTell when old gives no answer, or one that nothing can be held against */
export async function askOld(
  request: TwinRequest,
  headers: TwinHeaders,
  { endpoint, budgetMs }: Asking,
  tools: TwinTools,
): Promise<ResponseView> {
  const wire = encodeRequest({ ...spec(request), endpoint, headers: headers.old }, tools.oldUrls);
  let answer: ResponseView;
  try {
    answer = await tools.application.send(wire, budgetMs);
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error;
    throw new CannotTell('old-unreachable', `${nameOf(request)}: old gives no answer: ${error.message}`, {
      remedy: 'keep old readable while it is compared',
      cause: error,
    });
  }
  refuseRateLimit(request, answer, 'old');
  if (answer.status >= 500) {
    throw new CannotTell('old-is-broken', `${nameOf(request)}: old itself answers ${answer.status}`, {
      remedy: 'leave this request out, or repair old',
    });
  }
  return answer;
}

/** @throws CannotTell when our own network is down, or new limits our rate */
export async function askNew(
  request: TwinRequest,
  headers: TwinHeaders,
  { endpoint, budgetMs }: Asking,
  tools: TwinTools,
): Promise<{ readonly answer: ResponseView } | { readonly none: Statement }> {
  const wire = encodeRequest({ ...spec(request), endpoint, headers: headers.new }, tools.urls);
  const asked = await ask(tools, wire, nameOf(request), budgetMs);
  if ('answer' in asked) refuseRateLimit(request, asked.answer, 'new');
  return asked;
}

function spec({ method, path, json }: TwinRequest): Pick<TwinRequest, 'method' | 'path' | 'json'> {
  return { method, path, ...(json === undefined ? {} : { json }) };
}

function refuseRateLimit(request: TwinRequest, { status }: ResponseView, side: 'old' | 'new'): void {
  if (status !== 429) return;
  throw new CannotTell('rate-limited', `${nameOf(request)}: ${side} limits our rate (429)`, {
    remedy: 'let this machine through the rate limit, or ask less',
  });
}
