import { textOf, type SeenStep } from '../classify.ts';

/**
 * Why the pass of a test is none although it compared something: it went on after a comparison that did not hold, or
 * ended before one that it did not wait for. `test.step`s and hooks are searched, too.
 */
export function looseEnd(steps: readonly SeenStep[]): string | undefined {
  const comparisons = comparisonsOf(steps);
  const open = comparisons.find((step) => step.duration < 0);
  if (open) return `${open.title} was still going on at the end of the test: is an await missing?`;
  const lost = comparisons.map(lostIn).find((step) => step !== undefined);
  if (!lost) return undefined;
  const [line = ''] = textOf(lost.error ?? {}).split('\n', 1);
  return `${lost.title} did not hold, and the test went on (${line}): ask without expect where either answer is fine`;
}

/** `toPass` and `poll` hold tries that failed before one held; what failed last belongs to the try that held. */
function lostIn(comparison: SeenStep): SeenStep | undefined {
  if (comparison.error !== undefined) return comparison;
  const last = comparisonsOf(comparison.steps).at(-1);
  return last && lostIn(last);
}

/** The outermost comparisons, without those inside them. */
function comparisonsOf(steps: readonly SeenStep[]): readonly SeenStep[] {
  return steps.flatMap((step) => (step.category === 'expect' ? [step] : comparisonsOf(step.steps)));
}
