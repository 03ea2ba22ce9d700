import { eventOfK6 } from '../../../contract/events/k6-codes.ts';
import type { EvaluationDepth } from '../../../contract/flow/evaluate.ts';
import type { Flow } from '../../../contract/flow/flow.ts';
import { type DecodedBody, decodeText } from '../../../contract/flow/body.ts';
import { NO_HEADERS, type WireRequest } from '../../../contract/flow/http.ts';
import { dataRow, walkFlow, type FlowWalk } from '../flow-walk.ts';
import type { LookedAt } from '../looked-shapes.ts';
import { shapedSteps } from '../looked-shapes.ts';
import { oddAnswer } from '../odd-answer.ts';
import { evenSample, schemaSample } from '../schema-sample.ts';
import { headersOf } from './headers-of.ts';
import { refuseInvalidUrl } from './invalid-url.ts';
import type { K6Modules, K6Order, K6Response } from './modules.ts';
import { secretOf } from './secret-of.ts';
import { exampleOf, type TellWrong } from '../wrong-answers.ts';

/** What the iterations of flows tell beside k6's own samples. */
export interface Telling {
  /** An answer that does not hold, and how long it took. */
  readonly error: (kind: 'status' | 'assertion' | 'limited', tookMs: number) => void;
  /** The same answer, for people. */
  readonly wrong: TellWrong;
  /** An answer whose shape was looked at. */
  readonly shape: (looked: LookedAt) => void;
  /** Something threw that is not the target's doing. */
  readonly fault: (error: unknown) => void;
}

const WITH_SCHEMA: EvaluationDepth = { schema: true };
const WITHOUT_SCHEMA: EvaluationDepth = { schema: false };

/** One virtual user's iterations of a flow: the same walk as in every engine. Portable: no Node API. */
export function flowIterations(k6: K6Modules, order: K6Order, flow: Flow, telling: Telling): () => void {
  const { urls, headers, run, profile } = order;
  // Each step says which statuses it accepts, and a judgement by k6 would be one more sample of every request.
  k6.http.setResponseCallback(null);
  const send = sender(k6.http, profile.timeoutMs);
  const secret = secretOf(k6);
  // Each virtual user has a script of its own, so these are its own, too. Asking k6 every time costs 30 µs.
  let user = 0;
  let count = -1;
  let walk: FlowWalk | undefined;
  let inSample: ((iteration: number) => boolean) | undefined;
  const scope = (): string => `vu${user}-i${count}`;

  return () => {
    count += 1;
    try {
      if (walk === undefined) {
        user = k6.exec.vu.idInTest;
        if (shapedSteps(flow).length > 0) {
          const fixed = schemaSample(run, user);
          const spread = evenSample(order.durationS, order.preAllocatedVUs);
          // Both are asked every time: what begins now must not be looked at once more right after.
          inSample = (iteration) => {
            const now = spread(Date.now());
            return fixed(iteration) || now;
          };
        }
        walk = walkFlow({ flow, urls, headers, run, scope, data: dataRow(flow, user - 1), secret });
      } else walk.again(dataRow(flow, user - 1 + count));
      const depth = inSample?.(count) === true ? WITH_SCHEMA : WITHOUT_SCHEMA;
      for (let wire = walk.next(); wire !== undefined; wire = walk.next()) {
        const keepBody = walk.looksAtBody(depth);
        const response = send(wire, keepBody);
        const { status } = response;
        // k6 gives a status to no other answer than one that it has read to its end; of all others its own samples
        // carry the error code, and each must count once.
        if (status === 0) {
          // Among few that are looked at, all may be so: their share of all requests would say nothing.
          const shape =
            eventOfK6(response.error_code) === 'body-undecodable' ? walk.undecodable(depth) : undefined;
          if (shape !== undefined) telling.shape(shape);
          walk.giveUp();
          refuseInvalidUrl(response);
        } else if (keepBody || !walk.acceptsStatus(status)) {
          const view = new ViewOfResponse(response, status);
          const { kind, shape } = walk.answered(view, depth);
          if (shape !== undefined) telling.shape(shape);
          if (kind === 'ok') continue;
          const asked = wire;
          telling.wrong(status, () => exampleOf(asked, { status, headers: view.headers, body: view.text }));
          const odd = oddAnswer({ status, headers: view.headers, body: view.text });
          if (odd !== undefined && 'fault' in odd) telling.fault(odd.fault);
          const limited = odd !== undefined && 'limited' in odd;
          telling.error(limited ? 'limited' : kind, response.timings.blocked + response.timings.duration);
        }
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
    const params = headers === NO_HEADERS ? bare : { ...bare, headers };
    // Each argument costs half a microsecond.
    if (body === undefined && method === 'GET') return get(url, params);
    return request(method, url, body ?? null, params);
  };
}

/** Headers and body are looked at by few steps, and making them costs as much as half a request. */
class ViewOfResponse {
  readonly status: number;
  private readonly response: K6Response;
  private named: Record<string, string> | undefined;
  private made: DecodedBody | undefined;

  constructor(response: K6Response, status: number) {
    this.status = status;
    this.response = response;
  }

  get headers(): Record<string, string> {
    return (this.named ??= headersOf(this.response));
  }

  get body(): unknown {
    return this.decoded.body;
  }

  get text(): string {
    return this.decoded.text;
  }

  get undecodable(): string | undefined {
    // Where no body is looked at, k6 keeps none.
    return this.response.body === null ? undefined : this.decoded.undecodable;
  }

  private get decoded(): DecodedBody {
    return (this.made ??= decodeText(this.headers['content-type'], this.response.body ?? ''));
  }

  get durationMs(): number {
    return this.response.timings.duration;
  }
}
