import type { Problem } from '../errors.ts';
import { list, type Loose, object } from '../flow/loose.ts';

/** What only two PostgreSQL databases can be asked. */
const POSTGRES_ONLY = ['since', 'direction', 'newAs'] as const;

/** What is wrong with a plan whose old side is MariaDB or MySQL. */
export function mysqlProblems(data: Loose): Problem[] {
  const { oldMysql, mode } = data;
  if (oldMysql === undefined) return [];
  const remedy = 'drop it; MariaDB and MySQL are read as of one moment, and completely';
  const problems: Problem[] = [];
  if (typeof oldMysql === 'string' && !/^(mysql|mariadb):\/\//.test(oldMysql)) {
    problems.push({
      path: 'data.oldMysql',
      value: 'a text',
      problem: 'is not the address of a MariaDB or MySQL database',
      remedy: "write mysql://user@host:3306/name, or secret('OLD_DATABASE_URL')",
    });
  }
  if (mode !== undefined && mode !== 'snapshot') {
    problems.push({
      path: 'data.mode',
      value: JSON.stringify(mode),
      problem: 'needs two PostgreSQL databases',
      remedy,
    });
  }
  list(data['tables']).forEach((raw, index) => {
    const table = object(raw);
    for (const option of POSTGRES_ONLY) {
      if (table['compare'] !== 'rows' || table[option] === undefined) continue;
      const path = `data.tables[${index}].${option}`;
      problems.push({
        path,
        value: JSON.stringify(table[option]),
        problem: 'needs two PostgreSQL databases',
        remedy,
      });
    }
  });
  return problems;
}
