import { expect, test } from 'vitest';
import { LoadRecorder } from '../../../load/engines/load-recorder.ts';
import { mergeResults } from '../../../load/merge-results.ts';
import { resultOf } from './load-result-of.ts';

function share(latencies: readonly number[], changes: Parameters<typeof resultOf>[0] = {}) {
  const recorder = new LoadRecorder();
  latencies.forEach((latencyMs, index) =>
    recorder.record({ kind: latencyMs > 900 ? 'timeout' : 'ok', sinceMs: index * 10, latencyMs, bytes: 1 }),
  );
  return resultOf({ ...recorder.result(), targetRate: 50, achievedRate: 49, durationMs: 1000, ...changes });
}
const fast = Array.from({ length: 95 }, () => 10);
const slow = Array.from({ length: 95 }, () => 1000);

test('percentiles come from the merged histogram, not from the percentiles', () => {
  const merged = mergeResults(
    [share(fast), share(fast), share([...fast.slice(0, 50), ...slow.slice(0, 45)])],
    'at-once',
  );
  expect(merged.requests).toBe(285);
  // Of 285 requests 45 took a second: the average of the three p95 would be 340 ms.
  expect(merged.latency?.p50).toBeCloseTo(10, 1);
  expect(merged.latency?.p95).toBeCloseTo(1000, 0);
  expect(merged.errors.timeout).toBe(45);
  expect(merged.latency?.samples).toBe(285);
});

test('shares at once add their rates and seconds; in turn they follow each other', () => {
  const both = [share(fast), share(fast)];
  const atOnce = mergeResults(both, 'at-once');
  expect(atOnce).toMatchObject({ targetRate: 100, achievedRate: 98, durationMs: 1000, connections: 20 });
  expect(atOnce.buckets).toEqual([{ second: 0, requests: 190, errors: 0, bytes: 190, inFlight: 1.9 }]);
  const inTurn = mergeResults(both, 'in-turn');
  expect(inTurn).toMatchObject({ targetRate: 50, achievedRate: 49, durationMs: 2000, connections: 10 });
  expect(inTurn.buckets.map(({ second }) => second)).toEqual([0, 1]);
});

test('nothing measured stays nothing, and one bad generator spoils all', () => {
  expect(
    mergeResults([resultOf({ latency: null, histogram: null, requests: 0 })], 'at-once').latency,
  ).toBeNull();
  const ill = share(fast, { generator: { lagP99Ms: null, cpuPercent: 10, saturated: true } });
  expect(mergeResults([share(fast), ill], 'at-once').generator).toEqual({
    lagP99Ms: null,
    cpuPercent: 20,
    saturated: true,
  });
  expect(mergeResults([share(fast), share(fast, { faults: ['crashed'] })], 'at-once').faults).toEqual([
    'crashed',
  ]);
});

test('what was measured differently is no part of one', () => {
  expect(() => mergeResults([], 'at-once')).toThrow('no result');
  const k6 = share(fast, { engine: { name: 'k6', version: '2.2.0' } });
  expect(() => mergeResults([share(fast), k6], 'at-once')).toThrow('measure differently');
});
