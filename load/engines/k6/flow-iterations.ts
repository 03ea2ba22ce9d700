import type { EvaluationDepth } from '../../../contract/evaluate.ts';
import type { Flow } from '../../../contract/flow.ts';
import { decodeBody, type WireRequest } from '../../../contract/http.ts';
import { dataRow, walkFlow, type FlowWalk } from '../flow-walk.ts';
import { schemaSample } from '../schema-sample.ts';
import { refuseInvalidUrl } from './invalid-url.ts';
import type { K6Modules, K6Order, K6Response } from './runtime.ts';

/** What the iterations of flows tell beside k6's own samples. */
export interface Telling {
  /** An answer that does not hold, and how long it took. */
  readonly error: (kind: 'status' | 'assertion', tookMs: number) => void;
  /** Something threw that is not the target's doing. */
  readonly fault: (error: unknown) => void;
}

const WITH_SCHEMA: EvaluationDepth = { schema: true };
const WITHOUT_SCHEMA: EvaluationDepth = { schema: false };

/** One virtual user's iterations of flows: the same walk as in every engine. Portable: no Node API. */
export function flowIterations(
  k6: K6Modules,
  order: K6Order,
  flows: readonly Flow[],
  telling: Telling,
): () => void {
  const { urls, run, profile } = order;
  // Each step says which statuses it accepts, and a judgement by k6 would be one more sample of every request.
  k6.http.setResponseCallback(null);
  const send = sender(k6.http, profile.timeoutMs);
  const secret = (name: string): string => {
    const value = k6.env[name];
    if (value === undefined) throw new Error(`the secret ${name} is not set`);
    return value;
  };
  // Each virtual user has a script of its own, so these are its own, too. Asking k6 every time costs 30 µs.
  let user: number | undefined;
  let inSample: (iteration: number) => boolean = () => true;
  let next = 0;

  return () => {
    if (user === undefined) {
      user = k6.exec.vu.idInTest;
      inSample = schemaSample(run, user);
    }
    const count = next;
    next += 1;
    const turn = user - 1 + count;
    const flow = flows[turn % flows.length];
    if (flow === undefined) throw new Error(`the profile "${profile.id}" has nothing to send`);
    try {
      const scope = `vu${user}-i${count}`;
      const walk = walkFlow({ flow, urls, run, scope, data: dataRow(flow, turn), secret });
      const depth = inSample(count) ? WITH_SCHEMA : WITHOUT_SCHEMA;
      for (let wire = walk.next(); wire !== undefined; wire = walk.next()) {
        const response = send(wire, walk.looksAtBody(depth));
        const kind = judge(response, walk, depth);
        if (kind !== 'ok') telling.error(kind, response.timings.blocked + response.timings.duration);
      }
    } catch (error) {
      telling.fault(error);
    }
  };
}

/** k6 reads the parameters of a request one by one, and so only those are given that differ from its options. */
function sender(
  http: K6Modules['http'],
  timeout: number,
): (wire: WireRequest, keepBody: boolean) => K6Response {
  const { get, request } = http;
  const usual = { timeout };
  const usualWithBody = { timeout, responseType: 'text' };
  return (wire, keepBody) => {
    const { method, url, headers, body } = wire;
    const bare = keepBody ? usualWithBody : usual;
    const params = Object.keys(headers).length === 0 ? bare : { ...bare, headers };
    // Each argument costs half a microsecond.
    if (body === undefined && method === 'GET') return get(url, params);
    return request(method, url, body ?? null, params);
  };
}

/** Requests without an answer are `ok` here: k6's own samples carry their error code, and each must count once. */
function judge(response: K6Response, walk: FlowWalk, depth: EvaluationDepth): 'ok' | 'status' | 'assertion' {
  const { status } = response;
  // k6 gives a status to no other answer than one that it has read to its end.
  if (status === 0) {
    walk.giveUp();
    refuseInvalidUrl(response);
    return 'ok';
  }
  if (walk.holdsByStatus(status, depth)) return 'ok';
  return walk.answered(new ViewOfResponse(response, status), depth).kind;
}

/** Headers and body are looked at by few steps, and making them costs as much as half a request. */
class ViewOfResponse {
  readonly status: number;
  private readonly response: K6Response;
  private named: Record<string, string> | undefined;

  constructor(response: K6Response, status: number) {
    this.status = status;
    this.response = response;
  }

  get headers(): Record<string, string> {
    if (this.named === undefined) {
      this.named = {};
      const { headers } = this.response;
      for (const name of Object.keys(headers)) this.named[name.toLowerCase()] = String(headers[name]);
    }
    return this.named;
  }

  get body(): unknown {
    return decodeBody(this.headers['content-type'], this.response.body ?? '');
  }

  get durationMs(): number {
    return this.response.timings.duration;
  }
}
