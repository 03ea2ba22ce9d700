import { EVENTS, isOurs } from '../../contract/events/table.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import type { TwinRequest } from '../../contract/plan/probes/twin-request.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import { ask, type ProbeTools, sendAs } from '../probe-finding.ts';

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
    answer = await sendAs(tools, wire, budgetMs, wantedBy(request));
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error;
    throw isOurs(error.event)
      ? new CannotTell(
          error.event,
          `${nameOf(request)}: old: ${EVENTS[error.event].words} (${error.message})`,
          {
            remedy: EVENTS[error.event].remedy,
            cause: error,
          },
        )
      : new CannotTell('old-unreachable', `${nameOf(request)}: old gives no answer: ${error.message}`, {
          remedy: 'keep old readable while it is compared',
          cause: error,
        });
  }
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
  return ask(tools, wire, nameOf(request), budgetMs, wantedBy(request));
}

/** A status that the plan says old answers with is no event. */
function wantedBy(
  request: TwinRequest & { readonly status?: number | undefined },
): (status: number) => boolean {
  return (status) => status === request.status;
}

function spec({ method, path, json }: TwinRequest): Pick<TwinRequest, 'method' | 'path' | 'json'> {
  return { method, path, ...(json === undefined ? {} : { json }) };
}
