import { z } from 'zod';
import { DifferingRow } from '../../../contract/evidence/finding.ts';
import type { SegmentDiff } from './add-segments.ts';

const Count = z.number().int().nonnegative().nullable();
const Identity = z.strictObject({ database: z.string(), system: z.string().nullable() });
const Share = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('keys'), lo: z.string().nullable(), hi: z.string().nullable() }),
  z.strictObject({ kind: z.enum(['hash', 'whole', 'none']) }),
]);

const SegmentFile = z.strictObject({
  segment: z.strictObject({ index: z.number().int().min(1), of: z.number().int().min(1) }),
  databases: z.strictObject({ old: Identity, new: Identity }),
  notes: z.array(z.string()),
  tables: z.array(
    z.strictObject({
      old: z.string(),
      new: z.string(),
      answer: z.enum(['equal', 'different', 'not-checked', 'unstable']),
      cause: z.string(),
      reason: z.string(),
      oldRows: Count,
      newRows: Count,
      missing: Count,
      extra: Count,
      changed: Count,
      later: Count,
      differences: z.array(DifferingRow),
      key: z.array(z.string()),
      columns: z.array(z.string()),
      notCompared: z.array(z.string()),
      hash: z
        .strictObject({ way: z.enum(['chain', 'portable']), bits: z.union([z.literal(64), z.literal(128)]) })
        .nullable(),
      seconds: z.number(),
      share: Share.optional(),
    }),
  ),
});

/**
 * What one segment wrote to its file.
 * @throws ZodError for anything else: half a file must never be added up
 */
export function parseSegment(value: unknown): SegmentDiff {
  return SegmentFile.parse(value);
}
