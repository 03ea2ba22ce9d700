import type { z } from 'zod';
import { LoadProfile } from '../../../contract/load-profile.ts';
import type { LoadOrder } from '../../../contract/ports/load-engine.ts';

/** An order as `greenlight run` would give it to an engine. */
export function benchOrder(
  url: string,
  scratch: string,
  profile: Partial<z.input<typeof LoadProfile>>,
): LoadOrder {
  return {
    profile: LoadProfile.parse({
      id: 'bench',
      title: 'Bench',
      engine: 'k6',
      requests: [{ path: '/' }],
      warmupS: 0,
      thresholds: { errorRate: 0.01 },
      ...profile,
    }),
    flow: undefined,
    urls: { app: url },
    run: 'bench',
    planFile: '',
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  };
}
