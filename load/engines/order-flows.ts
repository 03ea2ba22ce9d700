import { flow, type Flow } from '../../contract/flow/flow.ts';
import type { LoadProfile } from '../../contract/load/load-profile.ts';
import { plainHeaders } from './flow-walk.ts';

/** What an order asks to be sent: its flow, or one single-step flow per plain request, taken in turn. Portable. */
export function orderFlows(profile: LoadProfile, named: Flow | undefined): readonly Flow[] {
  if (named !== undefined) return [named];
  return (profile.requests ?? []).map(({ method, path, endpoint, headers }, index) =>
    flow(`request-${index + 1}`, { title: `${method} ${path}` }).request('request', {
      request: ({ secret }) =>
        headers === undefined
          ? { method, path, endpoint }
          : { method, path, endpoint, headers: plainHeaders(headers, secret) },
    }),
  );
}
