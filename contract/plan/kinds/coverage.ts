import { coverageChecksOf, type OtherTables } from '../../evidence/coverage.ts';
import { object } from '../../flow/loose.ts';
import { coverageIds } from '../coverage-problems.ts';
import { listsTables, type Sides } from '../lists-tables.ts';
import type { TableMapping } from '../table-mapping.ts';
import { checkKind } from './check-kind.ts';

/** Whether all tables of old are compared, named or not. */
export const coverage = checkKind({
  room: 'data-checks',
  recordsFindings: true,
  countsObjects: true,
  declared: (plan) => coverageIds(object(plan['data'])).map((one) => ({ ...one, ours: true })),
  planned: (
    plan: Sides & {
      readonly data: {
        readonly tables: readonly TableMapping[];
        readonly otherTables?: OtherTables | undefined;
      };
    },
    phase,
  ) =>
    coverageChecksOf(plan.data, phase).map((check) => ({
      ...check,
      project: 'data-checks',
      // A reader of the user's own, or behind HTTP, has no list of tables.
      optional: !listsTables(plan) || check.id === 'other-tables-preserved',
    })),
});
