import type { z } from 'zod';
import { LoadProfile } from '../../../contract/load/load-profile.ts';
import type { Flow } from '../../../contract/flow/flow.ts';
import type { LoadOrder } from '../../../contract/ports/load-engine.ts';

/** An order as `greenlight run` would give it to an engine. */
export function benchOrder(
  url: string,
  scratch: string,
  profile: Partial<z.input<typeof LoadProfile>>,
  plan?: { readonly flow: Flow; readonly file: string },
): LoadOrder {
  return {
    profile: LoadProfile.parse({
      id: 'bench',
      title: 'Bench',
      engine: 'k6',
      ...(plan === undefined ? { requests: [{ path: '/' }] } : { flow: plan.flow.id }),
      warmupS: 0,
      thresholds: { errorRate: 0.01 },
      ...profile,
    }),
    flow: plan?.flow,
    urls: { app: url },
    run: 'bench',
    planFile: plan?.file ?? '',
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  };
}
