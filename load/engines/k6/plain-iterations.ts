import type { Flow } from '../../../contract/flow.ts';
import { NO_HEADERS } from '../../../contract/http.ts';
import { walkFlow } from '../flow-walk.ts';
import { refuseInvalidUrl } from './invalid-url.ts';
import type { K6Modules, K6Order, K6Response } from './modules.ts';
import { secretOf } from './secret-of.ts';

/**
 * One virtual user's iterations of plain requests: each is the same every time, so it is made once. Judging them is
 * left to k6, whose sample `http_req_failed` is then 1 for statuses that do not hold: an answer that the script does
 * not touch costs it nothing. Portable: no Node API.
 * @param fault told of what is not the target's doing
 */
export function plainIterations(
  k6: K6Modules,
  order: K6Order,
  flows: readonly Flow[],
  fault: (error: unknown) => void,
): () => void {
  const { urls, headers: always, run, profile } = order;
  // As `acceptsStatus` has it for requests that say nothing about statuses.
  k6.http.setResponseCallback(k6.http.expectedStatuses({ min: 200, max: 299 }));
  const { get, request } = k6.http;
  const usual = { timeout: profile.timeoutMs };
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
      if (unseen === 0) return;
      unseen -= 1;
      refuseInvalidUrl(response);
    } catch (error) {
      fault(error);
    }
  };
}
