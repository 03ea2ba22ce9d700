import { stagedTest } from '../checks/index.ts';
import { GreenlightError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { RowCounter } from '../contract/ports/records.ts';
import type { RecordsSource } from '../contract/plan/target.ts';
import { currentPhase } from '../host/run-context.ts';
import { createCounter } from './counters.ts';
import { type CoverageReader, createCoverageReader } from './coverage-reader.ts';
import { createRowComparer, type RowComparer } from './row-comparer.ts';
import { createStateComparer, type StateComparer } from './state-comparer.ts';

/** The two sides of the cut-over, as the data checks ask them. Nothing connects before it is asked. */
export interface Sides {
  readonly old: RowCounter;
  readonly new: RowCounter;
  readonly rows: RowComparer;
  readonly state: StateComparer;
  readonly coverage: CoverageReader;
}

/** Playwright's `test` with both databases. They are per worker, so that all its tables come from one view of each. */
export function dataTest(plan: Plan) {
  return stagedTest.extend<object, { sides: Sides }>({
    sides: [
      // Playwright reads the parameter's pattern to find the fixtures that this one needs: none.
      async ({}, use) => {
        const timeout = plan.data.statementTimeoutMs;
        const { oldMysql, budgetMinutes, mode, addedColumns } = plan.data;
        const old =
          oldMysql === undefined
            ? recordsOf(plan.target.old?.records, 'target.old.records')
            : plan.target.old?.records;
        const next = recordsOf(plan.target.records, 'target.records');
        const sides: Sides = {
          old: old === undefined ? NOTHING_TO_COUNT : createCounter(old, timeout),
          new: createCounter(next, timeout),
          rows: createRowComparer({
            old,
            new: next,
            statementTimeoutMs: timeout,
            mode,
            oldMysql,
            budgetMinutes,
            addedColumns,
          }),
          state: createStateComparer(
            { old, new: next, statementTimeoutMs: timeout },
            plan.data.state?.watchSeconds,
          ),
          coverage: createCoverageReader(
            { old, new: next, statementTimeoutMs: timeout },
            plan,
            currentPhase(),
          ),
        };
        await use(sides);
        await Promise.all([sides.old, sides.new, sides.rows, sides.state].map((side) => side.close()));
      },
      { scope: 'worker' },
    ],
  });
}

/** The plan was checked for tables that are counted; a plan that was not must not be counted by half. */
const NOTHING_TO_COUNT: RowCounter = {
  count: () => Promise.reject(new GreenlightError('PLAN_INVALID', 'target.old.records is not set')),
  close: async () => undefined,
};

function recordsOf(source: RecordsSource | undefined, path: string): RecordsSource {
  if (source !== undefined) return source;
  throw new GreenlightError('PLAN_INVALID', `databases are compared, but ${path} is not set`);
}
