import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { Phase } from './outcome.ts';

const Side = z.union([
  z.string().min(1),
  z.strictObject({
    table: z.string().min(1),
    /** An SQL condition on this side, trusted as part of the plan. */
    where: z.string().min(1).optional(),
  }),
]);

/** One table of the old database and where its rows went. */
export const TableMapping = z.strictObject({
  id: CheckId,
  title: z.string().min(1),
  phases: z.array(Phase).min(1).default(['post-cutover']),
  old: Side,
  new: Side,
  /** `equal`: as many rows as before; `at-least`: the new system may already have more. */
  rows: z.enum(['equal', 'at-least']).default('equal'),
  /** Columns whose exact sums must be equal: name on the old side -> name on the new side. Not with `at-least`. */
  sums: z.record(z.string(), z.string()).default({}),
  /** Why no rows at all on both sides is right. Without it, comparing nothing is never a pass. */
  emptyBecause: z.string().min(1).optional(),
});
export type TableMapping = z.infer<typeof TableMapping>;

/** Both forms of a side as one. */
export function sideOf(side: TableMapping['old']): { readonly table: string; readonly where?: string } {
  return typeof side === 'string' ? { table: side } : side;
}
