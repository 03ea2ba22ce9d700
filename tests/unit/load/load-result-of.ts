import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { LoadResult } from '../../../contract/load/load-result.ts';
import type { z } from 'zod';

/** A profile with sensible values, and what a test says instead. */
export function profileOf(changes: Partial<z.input<typeof LoadProfile>> = {}): LoadProfile {
  return LoadProfile.parse({
    id: 'search-holds',
    title: 'The search holds under load',
    engine: 'autocannon',
    requests: [{ path: '/' }],
    thresholds: { p95Ms: 500, errorRate: 0.01 },
    ...changes,
  });
}

/** A healthy result, and what a test says instead. */
export function resultOf(changes: Partial<LoadResult> = {}): LoadResult {
  return LoadResult.parse({
    engine: { name: 'autocannon', version: '9.0.0' },
    model: 'closed',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 10_000,
    warmupMs: 1000,
    connections: 10,
    requests: 1000,
    errors: { status: 0, timeout: 0, connection: 0, assertion: 0 },
    latency: { samples: 1000, p50: 50, p90: 80, p95: 100, p99: 200, max: 300, mean: 55 },
    histogram: null,
    targetRate: null,
    achievedRate: 100,
    dropped: 0,
    buckets: [],
    generator: { lagP99Ms: 1, cpuPercent: 20, saturated: false },
    faults: [],
    ...changes,
  } satisfies LoadResult);
}
