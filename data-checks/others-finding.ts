import type { Finding, TableReport } from '../contract/evidence/finding.ts';

/** Many tables' findings as the one of the check that compares them all. Pure. The worst of them decides. */
export function othersFinding(check: string, findings: readonly Finding[]): Finding {
  const tables = findings.flatMap(({ detail }): TableReport[] =>
    detail?.kind === 'table' ? [detail.table] : [],
  );
  const [failed, unclear] = [
    findings.filter(({ outcome }) => outcome === 'fail'),
    findings.filter(({ outcome }) => outcome === 'unknown'),
  ];
  const common = {
    check,
    sampleSize: findings.reduce((sum, { sampleSize }) => sum + (sampleSize ?? 0), 0),
    detail: { kind: 'tables', tables } as const,
  };
  const worst = failed.length > 0 ? failed : unclear;
  const [first] = worst;
  if (first !== undefined) {
    const others = worst.length - 1;
    const alsoUnclear =
      failed.length > 0 && unclear.length > 0 ? `; ${unclear.length} could not be compared` : '';
    return {
      ...common,
      outcome: first.outcome,
      cause: first.cause ?? 'rows-differ',
      summary: `${first.summary}${others > 0 ? `, and ${others} more of ${findings.length} tables` : ''}${alsoUnclear}`,
      measured: worst.length,
      expected: 0,
      unit: failed.length > 0 ? 'differing tables' : 'tables not compared',
      ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
    };
  }
  if (findings.length === 0) {
    return {
      ...common,
      outcome: 'not-applicable',
      cause: 'no-other-table',
      summary: 'The plan names every table of old, so there is no other',
    };
  }
  const rows = tables.reduce((sum, { oldRows }) => sum + (oldRows ?? 0), 0);
  return {
    ...common,
    outcome: 'pass',
    summary: `${findings.length} other table${findings.length === 1 ? '' : 's'} with ${rows} row${rows === 1 ? '' : 's'} hold what they held`,
    measured: 0,
    expected: 0,
    unit: 'differing tables',
  };
}
