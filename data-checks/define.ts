import { type PlannedLook, registerChecks } from '../checks/index.ts';
import { Unavailable } from '../contract/cannot-tell.ts';
import { mappingOfOther } from '../contract/evidence/coverage.ts';
import { GreenlightError } from '../contract/errors.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import { listsTables } from '../contract/plan/lists-tables.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { stateChecksOf } from '../contract/plan/state-plan.ts';
import { sideOf, type TableMapping } from '../contract/plan/table-mapping.ts';
import { openLedger } from '../safety/ledger.ts';
import { stateDirectory } from '../host/run-context.ts';
import { ask } from './ask.ts';
import { dataTest, type Sides } from './fixtures.ts';
import { coverageUnknown, coverageFinding, emptiedFinding } from './coverage-finding.ts';
import { keyspacesFinding } from './keyspaces-finding.ts';
import { othersFinding } from './others-finding.ts';
import { compareKeyspaces } from './keyspace-comparer.ts';
import { rowsFinding } from './rows-finding.ts';
import { stateFinding, leftOut } from './state-finding.ts';
import { countsFinding } from './counts-finding.ts';
import { withoutOwnRows } from './own-rows.ts';

/** A planned check as it runs. */
type Work = {
  /** In milliseconds. */
  readonly timeLimit: number;
} & (
  | { run(sides: Sides): Promise<Finding> }
  // Needs neither database of the target, which then need not be there.
  | { runAlone(): Promise<Finding> }
);

/** Registers one Playwright test for each mapped table and each state check that the phase requires. */
export function defineDataChecks(plan: Plan): void {
  const test = dataTest(plan);
  // One worker, in order: two workers would read the same tables at the same time, from different views.
  test.describe.configure({ mode: 'default' });
  registerChecks(test, plan, 'data-checks', {
    table: ({ id }) => lookOf(tableWork(plan, mappingOf(plan, id))),
    coverage: ({ id }) => lookOf(coverageWork(plan, id)),
    redis: ({ id }) => lookOf(redisWork(plan, id)),
    state: ({ id }) => lookOf(stateWork(plan, id)),
  });
}

/** Two shapes, because Playwright sets up what a test names. */
function lookOf(work: Work): PlannedLook<{ readonly sides: Sides }> {
  if ('runAlone' in work) {
    return {
      look: async ({}, testInfo) => {
        testInfo.setTimeout(work.timeLimit);
        return work.runAlone();
      },
    };
  }
  return {
    look: async ({ sides }, testInfo) => {
      testInfo.setTimeout(work.timeLimit);
      return work.run(sides);
    },
  };
}

function tableWork(plan: Plan, mapping: TableMapping): Work {
  // Each side may use the whole statement timeout; the database's own answer to that says more than ours.
  return mapping.compare === 'rows'
    ? {
        timeLimit: manyStatements(plan),
        run: async (sides) => compareRows(await withoutOurs(plan, mapping), sides),
      }
    : {
        timeLimit: 2 * plan.data.statementTimeoutMs + 60_000,
        run: async (sides) => compareCounts(await withoutOurs(plan, mapping), sides),
      };
}

/** Without the rows that our flows made, as far as the mapping says how they are known. */
async function withoutOurs({ target, data }: Plan, mapping: TableMapping): Promise<TableMapping> {
  if (mapping.created === undefined) return mapping;
  const ledger = await openLedger(stateDirectory(), target.name);
  const old = data.oldMysql !== undefined && mapping.compare === 'rows' ? 'mysql' : 'postgres';
  return withoutOwnRows(mapping, await ledger.recorded(), old);
}

/** Many statements, each with its own limit: only the deadline of the run bounds them all. In milliseconds. */
function manyStatements({ deadlineMinutes }: Plan): number {
  return deadlineMinutes * 60_000;
}

function coverageWork(plan: Plan, id: string): Work {
  const timeLimit = manyStatements(plan);
  if (!listsTables(plan)) return { timeLimit, runAlone: async () => coverageUnknown(id) };
  switch (id) {
    case 'tables-are-covered':
      return {
        timeLimit,
        run: async ({ coverage }) => coverageFinding(await orUnavailable(() => coverage.read())),
      };
    case 'no-table-became-empty':
      return {
        timeLimit,
        run: async ({ coverage }) => emptiedFinding(await orUnavailable(() => coverage.read())),
      };
    case 'other-tables-preserved':
      return { timeLimit, run: (sides) => compareOthers(plan, id, sides) };
    default:
      throw new GreenlightError('INTERNAL', `the check ${id} is no check of all tables`);
  }
}

/** Every table that no mapping names and no reason leaves out, with the one of its name. */
async function compareOthers({ data }: Plan, id: string, sides: Sides): Promise<Finding> {
  const others = data.otherTables;
  if (others === undefined)
    throw new GreenlightError('INTERNAL', `the plan has no data.otherTables for ${id}`);
  const situation = await orUnavailable(() => sides.coverage.read());
  if (situation instanceof Unavailable) return unknownFinding(id, situation);
  const findings: Finding[] = [];
  for (const { table, twin, by } of situation.tables) {
    if (!by.includes(id)) continue;
    const mapping = mappingOfOther(others, id, table, twin ?? table);
    findings.push(await (mapping.compare === 'rows' ? compareRows : compareCounts)(mapping, sides));
  }
  return othersFinding(id, findings);
}

function redisWork(plan: Plan, id: string): Work {
  const mapping = plan.data.redis.find((one) => one.id === id);
  if (mapping === undefined) throw new GreenlightError('INTERNAL', `the check ${id} has no Redis databases`);
  return {
    timeLimit: manyStatements(plan),
    runAlone: async () =>
      keyspacesFinding(
        mapping,
        await orUnavailable(() => compareKeyspaces(mapping, plan.data.statementTimeoutMs)),
      ),
  };
}

function stateWork(plan: Plan, id: string): Work {
  const { state } = plan.data;
  const check = state === undefined ? undefined : stateChecksOf(state).find((one) => one.id === id);
  if (state === undefined || check === undefined) {
    throw new GreenlightError('INTERNAL', `the check ${id} is no state check of the plan`);
  }
  const { id: name, leftOut: because } = check;
  return {
    timeLimit: manyStatements(plan),
    run: async (sides) =>
      because === undefined
        ? stateFinding(name, state, await orUnavailable(() => sides.state.check(name)))
        : leftOut(name, because),
  };
}

async function compareCounts(mapping: TableMapping, sides: Sides): Promise<Finding> {
  const [old, next] = [sideOf(mapping.old), sideOf(mapping.new)];
  const answers = await Promise.all([
    ask(sides.old, query(old, Object.keys(mapping.sums))),
    ask(sides.new, query(next, Object.values(mapping.sums))),
  ]);
  return countsFinding(mapping, ...answers);
}

async function compareRows(mapping: TableMapping, sides: Sides): Promise<Finding> {
  return rowsFinding(mapping, await orUnavailable(() => sides.rows.compare(mapping)));
}

async function orUnavailable<T>(answer: () => Promise<T>): Promise<T | Unavailable> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return error;
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
