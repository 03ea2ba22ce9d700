import { expect, test } from 'vitest';
import { Faults } from '../../../load/engines/faults.ts';
import { K6Samples } from '../../../load/engines/k6/samples.ts';
import { LoadRecorder } from '../../../load/engines/load-recorder.ts';

const START = 1_767_225_600_000;
const HEADER = 'metric_name,timestamp,metric_value,error_code,scenario,extra_tags,metadata\n';

/** A request that ends in an answer that does not hold, as k6 writes it. */
function wrongAnswer(startedAt: number, tookMs: number): string {
  const at = startedAt + tookMs;
  return [
    `http_reqs,${at},1,1500,measured,,`,
    `http_req_duration,${at},${tookMs - 10},1500,measured,,`,
    `http_req_blocked,${at},10,1500,measured,,`,
    `greenlight_error,${at},${tookMs},,measured,kind=status,`,
    '',
  ].join('\n');
}

test('an error stands in the second in which its request left, however long the answer took', () => {
  const recorder = new LoadRecorder();
  const faults = new Faults();
  const samples = new K6Samples(recorder, faults, 10_000);
  samples.push(HEADER);
  for (let second = 0; second < 10; second += 1)
    samples.push(wrongAnswer(START + second * 1000 + 1, second < 5 ? 2500 : 30));
  samples.end();
  const { buckets, errors } = recorder.result(10_000);
  expect(buckets.map(({ errors: wrong, requests }) => [wrong, requests])).toEqual(
    Array.from({ length: 10 }, () => [1, 1]),
  );
  expect(errors.status).toBe(10);
  expect(samples.totals.errors).toBe(10);
  expect(faults.list()).toEqual([]);
});
