import { loadTest, registerChecks } from '../../checks/index.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { COMPARED_SIDES, comparedS, type LoadComparison } from '../../contract/load/load-comparison.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { refuseLiveKeys } from '../../safety/live-keys.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { runId } from '../../host/run-context.ts';
import { secretReader } from '../../safety/secrets.ts';
import { loadEngines } from '../engines/index.ts';
import { runComparison } from './run-comparison.ts';

/** Starting an engine and reading its results, once for every block. */
const BLOCK_OVERHEAD_MS: Record<LoadComparison['engine'], number> = { autocannon: 3000, k6: 30_000 };

/** Registers one Playwright test for each comparison of old and new that the phase of this run requires. */
export function defineComparisons(plan: Plan): void {
  const redactor = redactorOf(plan);
  registerChecks(loadTest, plan, 'load/compare', {
    comparison: (check) => {
      const comparison = plan.load.comparisons.find(({ id }) => id === check.id);
      if (comparison === undefined) {
        throw new GreenlightError('INTERNAL', `the check ${check.id} has no comparison`);
      }
      return {
        tags: [comparison.engine],
        look: async ({ stopWithTest, scratch }, testInfo) => {
          testInfo.setTimeout(longestMs(comparison));
          refuseLiveKeys(plan);
          return runComparison({
            plan,
            comparison,
            engine: loadEngines[comparison.engine],
            run: runId(),
            scratch,
            secret: secretReader(plan),
            progress: (line) => void process.stdout.write(`${check.id}: ${redactor.text(line)}\n`),
            signal: stopWithTest,
          });
        },
      };
    },
  });
}

/** Everything that is ordered, and in every block one request that runs into its timeout. */
function longestMs(comparison: LoadComparison): number {
  const { rounds, requests, timeoutMs, engine } = comparison;
  const blocks = rounds * requests.length * COMPARED_SIDES.length;
  return comparedS(comparison) * 1000 + blocks * (timeoutMs + BLOCK_OVERHEAD_MS[engine]);
}
