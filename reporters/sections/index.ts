import type { FindingDetail } from '../../contract/evidence/detail.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { comparison } from './comparison.ts';
import { coverage } from './coverage.ts';
import type { DetailSection } from './detail-section.ts';
import { flow } from './flow.ts';
import { load } from './load.ts';
import { probe } from './probe.ts';
import { spec } from './spec.ts';
import { state } from './state.ts';
import { table } from './table.ts';
import { tables } from './tables.ts';

/** How every kind of detail is told, in the order of the report: one file and one line here, which the compiler demands. */
export const SECTIONS: { readonly [K in FindingDetail['kind']]: DetailSection<K> } = {
  flow,
  probe,
  spec,
  table,
  tables,
  coverage,
  state,
  load,
  comparison,
};

/** Every comparison inside a detail, whatever its kind. */
export function statementsIn(detail: FindingDetail): readonly Statement[] {
  // The record is keyed by the same discriminant, which TypeScript cannot follow through an index.
  return (SECTIONS[detail.kind].statements as (one: FindingDetail) => readonly Statement[])(detail);
}
