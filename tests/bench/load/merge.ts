import { LoadRecorder } from '../../../load/engines/load-recorder.ts';
import { mergeResults } from '../../../load/merge-results.ts';
import { resultOf } from '../../unit/load/load-result-of.ts';

const HISTOGRAMS = 100;
const BUCKETS = 1_000_000;

/** Merging what 100 machines measured in 10 000 seconds each. */
export function measureMerge(): void {
  const recorder = new LoadRecorder();
  for (let at = 0; at < 10_000; at += 1) {
    recorder.record({ kind: 'ok', sinceMs: 0, latencyMs: 1 + ((at * 7919) % 5000), bytes: 1 });
  }
  const buckets = Array.from({ length: BUCKETS / HISTOGRAMS }, (_, second) => ({
    second,
    requests: 3,
    errors: 0,
    bytes: 9,
  }));
  const { histogram, latency } = recorder.result();
  const results = Array.from({ length: HISTOGRAMS }, () => ({ ...resultOf(), histogram, latency, buckets }));
  const begin = performance.now();
  const merged = mergeResults(results, 'at-once');
  const seconds = (performance.now() - begin) / 1000;
  const kept =
    merged.latency?.samples === HISTOGRAMS * 10_000 && merged.buckets[0]?.requests === 3 * HISTOGRAMS;
  if (!kept) throw new Error('the merged result is not right');
  console.log(
    `merging ${HISTOGRAMS} histograms and ${BUCKETS} buckets takes ${seconds.toFixed(2)} s   aim < 1 s`,
  );
}
