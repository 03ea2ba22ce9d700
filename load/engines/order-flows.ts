import { flow, type Flow } from '../../contract/flow/flow.ts';
import type { RequestSpec } from '../../contract/flow/request.ts';
import type { LoadProfile } from '../../contract/load/load-profile.ts';
import { plainHeaders } from './flow-walk.ts';

/** What an order asks to be sent: its flow, or one single-step flow per plain request, taken in turn. Portable. */
export function orderFlows(profile: LoadProfile, named: Flow | undefined): readonly Flow[] {
  if (named !== undefined) return [named];
  return (profile.requests ?? []).map(({ method, path, endpoint, headers }, index) => {
    // Frozen: the walk then knows that it is the same every time.
    let spec: RequestSpec | undefined;
    return flow(`request-${index + 1}`, { title: `${method} ${path}` }).request('request', {
      request: ({ secret }) =>
        (spec ??= Object.freeze(
          headers === undefined
            ? { method, path, endpoint }
            : { method, path, endpoint, headers: Object.freeze(plainHeaders(headers, secret)) },
        )),
    });
  });
}
