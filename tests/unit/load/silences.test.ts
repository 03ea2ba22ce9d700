import { expect, test } from 'vitest';
import { Silences } from '../../../load/engines/silences.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { mergeResults } from '../../../load/merge-results.ts';
import { profileOf, resultOf } from './load-result-of.ts';

const profile = profileOf({ thresholds: { p99Ms: 500 }, durationS: 24 * 3600 });
const day = { durationMs: 24 * 3600_000, requests: 1_000_000 };
const judged = (result: Parameters<typeof resultOf>[0]) =>
  loadFinding({ profile, result: resultOf({ ...day, ...result }), control: 'not-asked' });

/** An answer every `stepMs`, and after each `everyMs` nothing for `lastsMs`. */
function stalling(windowMs: number, everyMs: number, lastsMs: number, stepMs = 20): Silences {
  const silences = new Silences();
  for (let at = 0; at < windowMs; at += at % everyMs < everyMs - lastsMs ? stepMs : lastsMs)
    silences.answered(at);
  return silences;
}

test('a thousand stalls in a day are all seen', () => {
  const seen = stalling(day.durationMs, 86_000, 2000, 40).within(day.durationMs);
  expect(seen.silencesMs?.length).toBeGreaterThan(900);
  expect(judged(seen)).toMatchObject({ outcome: 'unknown', cause: 'stall-hidden' });
});

test('stalls beyond the list count as long as its last one', () => {
  const many = stalling(day.durationMs, 10_000, 600, 40).within(day.durationMs);
  expect(many.silencesMs).toHaveLength(5000);
  expect(many.silencesUnlisted).toBeGreaterThan(3000);
  // 5000 times 100 ms are less than a hundredth of the day; with those beyond the list it is more.
  expect(judged({ silencesMs: Array<number>(5000).fill(600) }).cause).toBeUndefined();
  expect(judged({ silencesMs: Array<number>(5000).fill(600), silencesUnlisted: 4000 }).cause).toBe(
    'stall-hidden',
  );
});

test('of several results no silence is forgotten, and none is made longer', () => {
  const cut = resultOf({ silencesMs: [900, 600], silencesUnlisted: 3 });
  const whole = resultOf({ silencesMs: [700, 100] });
  expect(mergeResults([cut, whole], 'in-turn')).toMatchObject({
    silencesMs: [900, 700, 600],
    silencesUnlisted: 4,
  });
  expect(mergeResults([whole, whole], 'in-turn')).not.toHaveProperty('silencesUnlisted');
});
