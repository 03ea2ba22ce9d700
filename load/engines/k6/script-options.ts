import type { Options } from 'k6/options';
import type { K6Order } from './modules.ts';

export const MEASURED = 'measured';
const WARM_UP = 'warmup';

/** The options of the script of one order. Portable: no Node API. */
export function optionsOf(order: K6Order): Options {
  const { profile } = order;
  const scenario = (
    startTime: number,
    duration: number,
    drainS: number,
  ): NonNullable<Options['scenarios']>[string] =>
    profile.rate === undefined
      ? {
          executor: 'constant-vus',
          exec: 'iteration',
          vus: profile.connections,
          startTime: `${startTime}s`,
          duration: `${duration}s`,
          gracefulStop: `${drainS}s`,
        }
      : {
          executor: 'constant-arrival-rate',
          exec: 'iteration',
          // Arrivals are whole numbers per time unit: 2.5 a second are 2500 in 1000 s.
          rate: Math.round(profile.rate * 1000),
          timeUnit: '1000s',
          preAllocatedVUs: order.preAllocatedVUs,
          maxVUs: order.maxVUs,
          startTime: `${startTime}s`,
          duration: `${duration}s`,
          gracefulStop: `${drainS}s`,
        };
  return {
    scenarios: {
      // Warm-up must not overlap with the window: k6 would make virtual users for both.
      ...(order.warmupS > 0 ? { [WARM_UP]: scenario(0, order.warmupS, 0) } : {}),
      [MEASURED]: scenario(order.warmupS, order.durationS, order.drainS),
    },
    systemTags: ['scenario', 'error_code'],
    summaryTrendStats: ['count', 'p(50)', 'p(90)', 'p(95)', 'p(99)', 'max'],
    // As the default of all requests these cost nothing; named anew with each one they cost it a tenth.
    maxRedirects: 0,
    // A body that nobody looks at is read to its end all the same, but not kept.
    discardResponseBodies: true,
  };
}
