import { describe, expect, test } from 'vitest';
import { type Point, reducePoints } from '../../../../slo/metrics/reduce-points.ts';

const increase = { measure: 'increase', over: 'avg', everyS: 60 } as const;
const window = { startS: 600, endS: 900 };
/** One value at the end of each minute from this moment on. */
const from = (startS: number, values: readonly number[]): readonly Point[] =>
  values.map((value, index) => ({ atS: startS + index * 60, value }));

describe('growth', () => {
  test('begins with the value before the window: what happened in its first minute counts', () => {
    const points = from(540, [6, 7, 9, 9, 9, 9, 9]);
    expect(reducePoints('', points, increase, window)).toMatchObject({
      least: 2,
      most: 2,
      samples: 5,
      coverage: 1,
    });
    expect(reducePoints('', [...points].reverse(), increase, window)).toMatchObject({ least: 2, most: 2 });
  });
  test('is none where nothing grew', () => {
    const flat = reducePoints('', from(540, [7, 7, 7, 7, 7, 7, 7]), increase, window);
    expect(flat).toMatchObject({ least: 0, most: 0 });
  });
  test('of a series that came in the window lies between what it grew and all of it', () => {
    const came = reducePoints('', from(660, [5, 5, 6, 6, 6]), increase, { ...window, askedBefore: true });
    expect(came).toMatchObject({ least: 1, most: 6 });
  });
  test('of rows that begin with the window is what they show', () => {
    expect(reducePoints('', from(660, [5, 5, 6, 6, 6]), increase, window)).toMatchObject({
      least: 1,
      most: 1,
    });
  });
  test('no other number takes in what was before', () => {
    const points = from(540, [100, 100, 1, 1, 1, 1, 1]);
    const gauge = reducePoints('', points, { ...increase, measure: 'gauge', over: 'max' }, window);
    expect(gauge).toMatchObject({ least: 1, most: 1, samples: 5 });
  });
});

test('a period that began before the window says nothing of it', () => {
  const count = { measure: 'count', over: 'avg', everyS: 60 } as const;
  const points = [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].map((value, index) => ({
    atS: 1200 + index * 600,
    value,
  }));
  const of = (startS: number) => reducePoints('', points, count, { startS, endS: 7800, stepS: 600 });
  expect(of(1000)).toMatchObject({ least: 0, most: 0, samples: 11 });
  expect(of(600)).toMatchObject({ least: 7, most: 7, samples: 12, coverage: 1 });
});

test('the last whole period is of now, also where periods are long, and the one before it is not', () => {
  const gauge = { measure: 'gauge', over: 'avg', everyS: 60 } as const;
  const points = from(600, [1]);
  const ageAt = (endS: number) => reducePoints('', points, gauge, { startS: 0, endS, stepS: 600 })?.ageS;
  expect(ageAt(1190)).toBeLessThanOrEqual(180);
  expect(ageAt(1790)).toBeGreaterThan(180);
});
