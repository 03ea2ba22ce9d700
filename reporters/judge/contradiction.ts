import type { Finding, FindingDetail } from '../../contract/evidence/finding.ts';
import type { Statement } from '../../contract/flow/statement.ts';

type Inspect<K extends FindingDetail['kind']> = (
  detail: Extract<FindingDetail, { kind: K }>,
) => string | undefined;

const INSPECT: { readonly [K in FindingDetail['kind']]: Inspect<K> } = {
  flow: ({ steps }) => {
    if (steps.length === 0) return 'no step of the flow is recorded';
    const bad = steps.find((step) => step.outcome !== 'pass');
    if (bad) return `its step "${bad.id}" says ${bad.outcome}`;
    return statementsAgainst(steps.flatMap((step) => step.statements));
  },
  probe: ({ statements }) =>
    statements.length === 0 ? 'it compared nothing' : statementsAgainst(statements),
  table: ({ table }) => (table.answer === 'equal' ? undefined : `its table is ${table.answer}`),
  tables: ({ tables }) => {
    const bad = tables.find(({ answer }) => answer !== 'equal');
    return bad && `its table ${bad.old} is ${bad.answer}`;
  },
  coverage: ({ coverage }) => {
    const loose = coverage.tables.find(({ state }) => state === 'not-compared');
    return loose && `nobody compares ${loose.table}`;
  },
  state: ({ state }) => {
    const fault = state.findings.find(({ severity }) => severity === 'blocking');
    return fault && `its fault stands: ${fault.summary}`;
  },
  comparison: ({ comparison }) => {
    if (comparison.requests.length === 0) return 'it compared nothing';
    const bad = comparison.requests.find(({ outcome }) => outcome !== 'pass');
    return bad && `its request "${bad.request}" says ${bad.outcome}`;
  },
  load: ({ result, statements }) => {
    if (statements.length === 0) return 'it compared nothing';
    if (result.requests === 0 || result.latency === null) return 'no request was measured';
    if (result.faults.length > 0) return `the load engine reported: ${result.faults[0]}`;
    return statementsAgainst(statements);
  },
};

/** Why a finding that says `pass` cannot be believed, by its own details; undefined when they agree. */
export function contradictionOf(finding: Finding): string | undefined {
  const { detail } = finding;
  if (finding.outcome !== 'pass' || detail === undefined) return undefined;
  // The table is keyed by the same discriminant, which TypeScript cannot follow through an index.
  return (INSPECT[detail.kind] as (detail: FindingDetail) => string | undefined)(detail);
}

function statementsAgainst(statements: readonly Statement[]): string | undefined {
  const bad = statements.find((statement) => !statement.ok);
  return bad && `its statement "${bad.name}" does not hold`;
}
