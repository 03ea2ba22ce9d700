import { expect, test } from 'vitest';
import type { Finding } from '../../../../contract/evidence/finding.ts';
import { TableMapping } from '../../../../contract/plan/table-mapping.ts';
import { rowsFinding } from '../../../../data-checks/rows-finding.ts';
import { createRowComparer } from '../../../../data-checks/row-comparer.ts';
import { both, servers } from './servers.ts';

/** MariaDB as the old side of a plan. */
export function describePlanned(): void {
  test('is the old side of a plan, within its budget', async () => {
    await both(
      'planned',
      'create table orders(id int primary key, v int)',
      'insert into orders values (1, 1), (2, 2)',
    );
    const mapping = TableMapping.parse({
      ...{ id: 'orders-kept', title: 'Orders are kept', compare: 'rows' },
      ...{ old: 'orders', new: 'orders' },
    });
    const judged = async (sides: Partial<Parameters<typeof createRowComparer>[0]>): Promise<Finding> => {
      const comparer = createRowComparer({
        ...{ old: undefined, oldMysql: servers().old.url('planned') },
        ...{ new: { adapter: 'postgres', url: servers().next.url('planned') }, mode: 'snapshot' },
        ...{ statementTimeoutMs: 30_000, budgetMinutes: undefined },
        ...sides,
      });
      try {
        return rowsFinding(mapping, await comparer.compare(mapping));
      } finally {
        await comparer.close();
      }
    };
    expect(await judged({})).toMatchObject({ outcome: 'pass', sampleSize: 2 });
    expect(await judged({ budgetMinutes: 1e-9 })).toMatchObject({
      outcome: 'unknown',
      cause: 'over-budget',
    });
    const postgres = {
      old: { adapter: 'postgres', url: servers().next.url('planned') },
      oldMysql: undefined,
    } as const;
    expect(await judged({ ...postgres, budgetMinutes: 1e-9 })).toMatchObject({ cause: 'over-budget' });
    await servers().next.run('planned', 'update orders set v = 3 where id = 2');
    expect(await judged({ budgetMinutes: 5 })).toMatchObject({ outcome: 'fail', cause: 'rows-changed' });
  });
}
