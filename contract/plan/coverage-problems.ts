import { COVERAGE_CHECKS } from '../evidence/coverage.ts';
import type { Problem } from '../errors.ts';
import { list, type Loose, object } from '../flow/loose.ts';

/** Only a database that lists its tables can be asked for all others. */
export function otherTablesProblems(data: Loose, target: Loose, oldIsMysql: boolean): Problem[] {
  if (data['otherTables'] === undefined) return [];
  const sides = [
    ['target.records', object(target['records'])['adapter']],
    ['target.old.records', oldIsMysql ? 'postgres' : object(object(target['old'])['records'])['adapter']],
  ] as const;
  const problems = sides
    .filter(([, adapter]) => adapter !== 'postgres')
    .map(([path, adapter]): Problem => ({
      path,
      value: adapter === undefined ? 'nothing' : JSON.stringify(adapter),
      problem:
        'data.otherTables compares all other tables of two databases, and this is none that lists its tables',
      remedy: `name it, for example { adapter: 'postgres', url: secret('DATABASE_URL') }, or drop data.otherTables`,
    }));
  if (oldIsMysql && object(data['otherTables'])['compare'] === 'counts') {
    problems.push({
      path: 'data.otherTables.compare',
      value: '"counts"',
      problem: 'rows of MariaDB and MySQL are not only counted',
      remedy: "use compare: 'rows'",
    });
  }
  return problems;
}

/** The checks of all tables that a plan brings with it, and where it says so. */
export function coverageIds(data: Loose): { id: string; path: string }[] {
  const others = data['otherTables'] !== undefined;
  if (!others && list(data['tables']).length === 0) return [];
  return COVERAGE_CHECKS.filter((id) => others || id !== 'other-tables-preserved').map((id) => ({
    id,
    path: 'data',
  }));
}
