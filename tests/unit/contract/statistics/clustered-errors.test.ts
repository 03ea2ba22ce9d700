import { describe, expect, test } from 'vitest';
import {
  designEffect,
  errorClusters,
  type ErrorShare,
} from '../../../../contract/statistics/clustered-errors.ts';
import { compareErrorShares } from '../../../../contract/statistics/compare-error-shares.ts';
import { seededRandom } from '../../../../load/compare/seeded-random.ts';
import { clearlyBroken } from '../../../../load/enough-requests.ts';
import { resultOf } from '../../load/load-result-of.ts';

const options = { errorMargin: 0.01, confidence: 0.95, names: { old: 'old', new: 'new' } };
const RUNS = 200;

/** So many measurements of 100 requests, of which one in so many fails whole: a restart, a full queue. */
function hitNowAndThen(random: () => number, measurements: number, share: number): ErrorShare[] {
  return Array.from({ length: measurements }, () => ({ bad: random() < share ? 100 : 0, total: 100 }));
}

describe('errors that come together', () => {
  test.each([0.01, 0.05, 0.2])(
    'in %d of the measurements of two equal systems hardly ever fail new',
    (share) => {
      const random = seededRandom(11);
      let failed = 0;
      for (let run = 0; run < RUNS; run += 1) {
        const old = hitNowAndThen(random, 40, share);
        if (compareErrorShares({ old, new: hitNowAndThen(random, 20, share) }, options)?.said === 'fail')
          failed += 1;
      }
      expect(failed).toBeLessThanOrEqual(1);
    },
  );

  test.each<[string, (random: () => number) => ErrorShare[]]>([
    ['all requests', () => hitNowAndThen(() => 0, 6, 1)],
    ['one in four, all the time', (random) => spread(random, 20, 0.25)],
    ['half of the measurements', (random) => hitNowAndThen(random, 20, 0.5)],
  ])('that really are more on new are found: %s', (_, fresh) => {
    const random = seededRandom(12);
    let failed = 0;
    for (let run = 0; run < 50; run += 1) {
      const old = hitNowAndThen(random, 40, 0.01);
      if (compareErrorShares({ old, new: fresh(random) }, options)?.said === 'fail') failed += 1;
    }
    expect(failed).toBeGreaterThanOrEqual(45);
  });

  test('in a few bad seconds do not break a limit that a short load cannot show', () => {
    const random = seededRandom(13);
    let failed = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const buckets = Array.from({ length: 20 }, (_, second) => {
        const errors = random() < 0.01 ? 10 : 0;
        return { second, requests: 10, errors, bytes: 0 };
      });
      const status = buckets.reduce((sum, { errors }) => sum + errors, 0);
      const result = resultOf({
        requests: 200,
        errors: { status, timeout: 0, connection: 0, assertion: 0 },
        buckets,
      });
      const judging = { thresholds: {}, errorRate: 0.01, unansweredCount: true };
      if (clearlyBroken('error rate', result, judging)) failed += 1;
    }
    expect(failed).toBeLessThanOrEqual(1);
  });
});

function spread(random: () => number, measurements: number, share: number): ErrorShare[] {
  return Array.from({ length: measurements }, () => ({
    bad: Array.from({ length: 100 }, random).filter((one) => one < share).length,
    total: 100,
  }));
}

describe('how much requests of one moment depend on each other', () => {
  test('is nothing where all or none failed, and a whole cluster where clusters fail', () => {
    const cluster = (bad: number): ErrorShare => ({ bad, total: 50 });
    expect(designEffect([cluster(0), cluster(0), cluster(0)])).toBe(1);
    expect(designEffect([cluster(50), cluster(50), cluster(50)])).toBe(1);
    expect(designEffect([cluster(5), cluster(5), cluster(5)])).toBe(1);
    expect(designEffect([...Array<ErrorShare>(19).fill(cluster(0)), cluster(50)])).toBeCloseTo(52.6, 1);
  });

  test('is seen in seconds, or in longer stretches of a long load', () => {
    const bucket = (second: number, errors: number) => ({ second, requests: 10, errors, bytes: 0 });
    const of = (seconds: number) =>
      errorClusters(
        resultOf({
          requests: seconds * 10,
          errors: { status: 10, timeout: 0, connection: 0, assertion: 0 },
          buckets: Array.from({ length: seconds }, (_, second) => bucket(second, second === 3 ? 10 : 0)),
        }),
      );
    expect(of(10)).toHaveLength(10);
    expect(of(600)).toHaveLength(20);
    // A result that does not tell its seconds is one cluster.
    expect(errorClusters(resultOf())).toEqual([{ bad: 0, total: 1000 }]);
  });
});
