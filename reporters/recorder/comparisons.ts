import type { SeenStep } from '../classify.ts';
import { matcherOf } from './matcher-of.ts';

/** Playwright's matchers that compare with a file. */
const SNAPSHOT: ReadonlySet<string> = new Set(['toHaveScreenshot', 'toMatchSnapshot', 'toMatchAriaSnapshot']);

/** What of a test does not count: what comes before and after its body. */
const AROUND: ReadonlySet<string> = new Set(['hook', 'fixture']);

/**
 * How many comparisons held in the body of a test, or in one step of it. One that nobody awaited has not ended, or ended
 * after the test did, and shows nothing; so does a `toPass` around a function without any. What a hook compares is said
 * about every test beside it, and so about none.
 */
export function comparisonsIn(steps: readonly SeenStep[]): number {
  return steps.reduce((sum, step) => {
    if (AROUND.has(step.category)) return sum;
    if (step.category !== 'expect') return sum + comparisonsIn(step.steps);
    return sum + (held(step) ? 1 : 0);
  }, 0);
}

function held(step: SeenStep): boolean {
  if (step.error !== undefined || step.duration < 0) return false;
  // It calls a function again and again until that does not throw, and compares nothing by itself.
  return matcherOf(step) !== 'toPass' || comparisonsIn(step.steps) > 0;
}

/** The first comparison with a snapshot, at whatever depth. */
export function snapshotComparison(steps: readonly SeenStep[]): SeenStep | undefined {
  for (const step of steps) {
    if (step.category === 'expect' && SNAPSHOT.has(matcherOf(step) ?? '')) return step;
    const inside = snapshotComparison(step.steps);
    if (inside) return inside;
  }
  return undefined;
}
