import { CHECK_ANNOTATION } from '../contract/check-id.ts';
import { checksOf } from '../contract/checks.ts';
import { GreenlightError } from '../contract/errors.ts';
import { type Finding, FindingSaysNo, recordFinding } from '../contract/finding.ts';
import type { Plan } from '../contract/plan.ts';
import { PortUnavailable } from '../contract/ports/observe.ts';
import { sideOf, type TableMapping } from '../contract/table-mapping.ts';
import { redactorOf } from '../safety/redactor.ts';
import { currentPhase } from '../safety/run-context.ts';
import { ask } from './ask.ts';
import { dataTest, type Sides } from './fixtures.ts';
import { judgeRows } from './judge-rows.ts';
import { judgeTable } from './judge-table.ts';

/** Registers one Playwright test for each mapped table that the phase requires. */
export function defineDataChecks(plan: Plan): void {
  const test = dataTest(plan);
  const redactor = redactorOf(plan);
  // One worker, in order: two workers would read the same tables at the same time, from different views.
  test.describe.configure({ mode: 'default' });
  for (const check of checksOf(plan, currentPhase())) {
    if (check.source !== 'table') continue;
    const mapping = mappingOf(plan, check.id);
    const details = {
      tag: [`@${check.severity}`],
      annotation: { type: CHECK_ANNOTATION, description: check.id },
    };
    test(check.title, details, async ({ sides }, testInfo) => {
      testInfo.setTimeout(timeLimit(plan, mapping));
      const finding = redactor.deep(
        mapping.compare === 'rows' ? await compareRows(mapping, sides) : await compareCounts(mapping, sides),
      );
      await recordFinding(testInfo, finding);
      if (finding.outcome === 'fail' || finding.outcome === 'unknown') throw new FindingSaysNo(finding);
    });
  }
}

/** In milliseconds. Each side may use the whole statement timeout; the database's own answer to that says more than ours. */
function timeLimit({ data, deadlineMinutes }: Plan, { compare }: TableMapping): number {
  // Many statements, each with its own limit: only the deadline of the run bounds them all.
  return compare === 'rows' ? deadlineMinutes * 60_000 : 2 * data.statementTimeoutMs + 60_000;
}

async function compareCounts(mapping: TableMapping, sides: Sides): Promise<Finding> {
  const [old, next] = [sideOf(mapping.old), sideOf(mapping.new)];
  const answers = await Promise.all([
    ask(sides.old, query(old, Object.keys(mapping.sums))),
    ask(sides.new, query(next, Object.values(mapping.sums))),
  ]);
  return judgeTable(mapping, ...answers);
}

async function compareRows(mapping: TableMapping, sides: Sides): Promise<Finding> {
  try {
    return judgeRows(mapping, await sides.rows.compare(mapping));
  } catch (error) {
    if (!(error instanceof PortUnavailable)) throw error;
    return judgeRows(mapping, { kind: 'unavailable', reason: error.message, hint: error.hint });
  }
}

function query(side: ReturnType<typeof sideOf>, sums: readonly string[]) {
  return { table: side.table, sums, ...(side.where === undefined ? {} : { filter: side.where }) };
}

function mappingOf(plan: Plan, id: string): TableMapping {
  const mapping = plan.data.tables.find((table) => table.id === id);
  if (mapping === undefined) throw new GreenlightError('INTERNAL', `the check ${id} has no table mapping`);
  return mapping;
}
