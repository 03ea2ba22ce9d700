import { addressProblems } from './both-sides-problems.ts';
import type { Problem } from '../errors.ts';
import { hostProblems } from './host-problems.ts';
import { comparisonBeyondCaps, LoadComparison } from '../load/load-comparison.ts';
import { LoadCaps } from '../load/load-profile.ts';
import { list, type Loose, object } from '../flow/loose.ts';

/** What is wrong with the parts of a plan that make load on old and on new. */
export function comparisonProblems(plan: Loose): Problem[] {
  return list(object(plan['load'])['comparisons']).flatMap((raw, index) => {
    const path = `load.comparisons[${index}]`;
    const parsed = LoadComparison.safeParse(raw);
    const caps = LoadCaps.safeParse(object(plan['load'])['caps'] ?? {});
    const what = `the comparison "${String(object(raw)['id'])}" makes load`;
    const oldSide = { ...plan, target: object(object(plan['target'])['old']) };
    const endpoints = parsed.success ? parsed.data.requests.map(({ endpoint }) => endpoint) : [];
    return [
      ...hostProblems(plan, 'load', path, what),
      ...hostProblems(oldSide, 'load', path, what),
      ...addressProblems(plan, endpoints),
      ...(parsed.success && caps.success ? comparisonBeyondCaps(parsed.data, caps.data) : []).map(
        (excess) => ({
          path,
          value: excess,
          problem: `${what}, and more than the plan allows at all`,
          remedy: 'lower it, or raise load.caps deliberately',
        }),
      ),
    ];
  });
}
