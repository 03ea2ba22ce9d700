import { expect, test } from 'vitest';
import { longestMs } from '../../../load/define.ts';
import { wholeShare } from '../../../load/engines/whole-share.ts';
import { loadFinding } from '../../../load/load-finding.ts';
import { profileDigest } from '../../../load/load-setting.ts';
import { mergeResults } from '../../../load/merge-results.ts';
import { notTogetherPercent } from '../../../load/simultaneous-shares.ts';
import { profileOf, resultOf } from './load-result-of.ts';

test('connections are dealt out to the last one', () => {
  const dealt = (whole: number, of: number): number[] =>
    Array.from({ length: of }, (_, index) => wholeShare(whole, { index: index + 1, of }));
  expect(dealt(3, 2)).toEqual([1, 2]);
  expect(dealt(10, 3)).toEqual([3, 3, 4]);
  expect(dealt(4, 4)).toEqual([1, 1, 1, 1]);
});

test('what several processes cannot be is refused by name', () => {
  expect(() => profileOf({ processes: 17 })).toThrow('one for each free core');
  expect(() => profileOf({ processes: 1.5 })).toThrow();
  expect(() => profileOf({ processes: 0 })).toThrow();
  expect(() => profileOf({ processes: 3, connections: 2 })).toThrow('must not be more than connections (2)');
  expect(() => profileOf({ processes: 2, engine: 'k6' })).toThrow('k6 uses every core by itself');
});

test('several processes are another load than one; one is what it always was', () => {
  const one = profileDigest(profileOf(), undefined);
  expect(profileDigest(profileOf({ processes: 1 }), undefined)).toBe(one);
  expect(profileDigest(profileOf({ processes: 2 }), undefined)).not.toBe(one);
  expect(longestMs(profileOf({ processes: 2 }))).toBeGreaterThan(longestMs(profileOf()));
});

const saturated = { lagP99Ms: 400, cpuPercent: 100, saturated: true };
const said = (generator: Parameters<typeof resultOf>[0]) =>
  loadFinding({ profile: profileOf(), result: resultOf(generator), control: 'not-asked' });

test('a generator at its limit says what it would take', () => {
  expect(said({ generator: saturated })).toMatchObject({
    outcome: 'unknown',
    cause: 'generator-saturated',
    remedy: expect.stringContaining('raise processes (1 now)') as string,
  });
  const full = said({ generator: { ...saturated, processes: 4, cores: 2 } });
  expect(full.remedy).toContain('a machine with more cores (4 processes had 2)');
  expect(full.summary).toContain('the worst of 4 processes on 2 cores: event loop 400 ms late');
});

test('more processes than cores are told where they passed', () => {
  const healthy = { lagP99Ms: 1, cpuPercent: 20, saturated: false };
  expect(said({ generator: { ...healthy, processes: 4, cores: 2 } }).summary).toContain(
    'in 4 processes on only 2 cores',
  );
  expect(said({ generator: { ...healthy, processes: 2, cores: 2 } }).summary).not.toContain('only');
});

test('levels that were made by several processes each stay so when they are merged', () => {
  const level = resultOf({
    generator: { lagP99Ms: 1, cpuPercent: 20, saturated: false, processes: 2, cores: 4 },
  });
  expect(mergeResults([level, level], 'in-turn').generator).toMatchObject({ processes: 2, cores: 4 });
});

test('windows that do not overlap enough are no load of all of them', () => {
  const at = (startedAt: string) => resultOf({ startedAt, durationMs: 10_000 });
  const first = at('2026-01-01T00:00:00.000Z');
  expect(notTogetherPercent([first, at('2026-01-01T00:00:01.900Z')])).toBeUndefined();
  expect(notTogetherPercent([first, at('2026-01-01T00:00:03.000Z')])).toBe(70);
  expect(notTogetherPercent([first, at('never')])).toBe(0);
});
