import type { Flow } from '../../../contract/flow/flow.ts';
import { NO_HEADERS, type WireRequest } from '../../../contract/flow/http.ts';
import { walkFlow } from '../flow-walk.ts';
import { oddAnswer } from '../odd-answer.ts';
import { headersOf } from './headers-of.ts';
import { refuseInvalidUrl } from './invalid-url.ts';
import type { K6Modules, K6Order, K6Response } from './modules.ts';
import { secretOf } from './secret-of.ts';
import { exampleOf, type TellWrong } from '../wrong-answers.ts';

/** What the iterations of plain requests tell beside k6's own samples. */
export interface PlainTelling {
  /** An answer that limits our rate, and how long it took. k6 itself counts it as one that does not hold. */
  readonly limited: (tookMs: number) => void;
  /** An answer with a status that does not hold. */
  readonly wrong: TellWrong;
  /** What is not the target's doing. */
  readonly fault: (error: unknown) => void;
}

/**
 * One virtual user's iterations of plain requests: each is the same every time, so it is made once. Judging them is
 * left to k6, whose sample `http_req_failed` is then 1 for statuses that do not hold: of an answer that holds the script
 * touches the status alone, which costs it a tenth of a microsecond. Portable: no Node API.
 */
export function plainIterations(
  k6: K6Modules,
  order: K6Order,
  flows: readonly Flow[],
  telling: PlainTelling,
): () => void {
  const { urls, headers: always, run, profile } = order;
  // As `acceptsStatus` has it for requests that say nothing about statuses.
  k6.http.setResponseCallback(k6.http.expectedStatuses({ min: 200, max: 299 }));
  const { get, request } = k6.http;
  const usual = { timeout: profile.timeoutMs };
  const wires: WireRequest[] = [];
  const send = flows.map((flow): (() => K6Response) => {
    const wire = walkFlow({
      flow,
      urls,
      headers: always,
      run,
      scope: () => 'plain',
      data: {},
      secret: secretOf(k6),
    }).next();
    if (wire === undefined) throw new Error(`the request "${flow.id}" is none`);
    wires.push(wire);
    const { method, url, headers } = wire;
    const params = headers === NO_HEADERS ? usual : { ...usual, headers };
    // Each argument costs half a microsecond.
    return method === 'GET' ? () => get(url, params) : () => request(method, url, null, params);
  });
  const many = send.length;
  if (many === 0) throw new Error(`the profile "${profile.id}" has nothing to send`);
  let at: number | undefined;
  // Only the first answer to each tells whether its URL is one: k6 makes no sample where it is not.
  let unseen = many;

  return () => {
    at = at === undefined ? (k6.exec.vu.idInTest - 1) % many : at + 1 === many ? 0 : at + 1;
    try {
      const response = (send[at] as () => K6Response)();
      if (response.status > 299) tellWhatItIs(response, wires[at], telling);
      if (unseen === 0) return;
      unseen -= 1;
      refuseInvalidUrl(response);
    } catch (error) {
      telling.fault(error);
    }
  };
}

/** No body is kept, so that a page is known by its headers alone. */
function tellWhatItIs(
  response: K6Response,
  wire: WireRequest | undefined,
  { limited, wrong, fault }: PlainTelling,
): void {
  const { status, timings } = response;
  if (wire !== undefined) wrong(status, () => exampleOf(wire, { status, headers: headersOf(response) }));
  if (status < 400) return;
  const odd = oddAnswer({ status, headers: headersOf(response), body: '' });
  if (odd === undefined) return;
  if ('fault' in odd) fault(odd.fault);
  else limited(timings.blocked + timings.duration);
}
