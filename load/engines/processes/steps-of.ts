import type { Flow } from '../../../contract/flow/flow.ts';

/** What tells a flow from another one of the same id, where its functions cannot be compared. */
export function stepsOf(flow: Flow | undefined): readonly string[] {
  return flow === undefined
    ? []
    : [...flow.steps.map(({ kind, id }) => `${kind} ${id}`), `${flow.options.data?.length ?? 0} rows`];
}
