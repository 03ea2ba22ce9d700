import { expect, test } from 'vitest';
import { coresItTakes, usersItTakes } from '../../../load/generator-capacity.ts';
import { resultOf } from './load-result-of.ts';

const health = { lagP99Ms: null, cpuPercent: 140, saturated: true };

test('cores are told from what the load took here, with some to spare', () => {
  expect(coresItTakes(resultOf({ generator: health, achievedRate: 2000, targetRate: 3000 }))).toBe(
    ' (2000 requests a second took 140 % of a core here, so 3000 take about 3 free cores)',
  );
  expect(coresItTakes(resultOf({ generator: { ...health, cpuPercent: 60 } }))).toContain(
    'about 1 free core)',
  );
});

test('nothing is told of cores where nobody saw them, or only the worst of several', () => {
  expect(coresItTakes(resultOf({ generator: { ...health, cpuPercent: null } }))).toBe('');
  expect(coresItTakes(resultOf({ generator: { ...health, processes: 2, cores: 2 } }))).toBe('');
  expect(coresItTakes(resultOf({ generator: health, spanMs: 10_000 }))).toBe('');
  expect(coresItTakes(resultOf({ generator: health, achievedRate: 0 }))).toBe('');
});

test("users are told by Little's law: arrivals that are under way at a time", () => {
  expect(usersItTakes(resultOf({ targetRate: 100, model: 'open' }))).toBe(
    ' (100 arrivals a second that take up to 200 ms keep about 21 virtual users busy)',
  );
  expect(usersItTakes(resultOf({ targetRate: 100, latency: null }))).toBe('');
  expect(usersItTakes(resultOf())).toBe('');
});
