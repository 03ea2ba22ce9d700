import { type CheckRecord, RUN_RECORD_SCHEMA, type RunRecord } from '../../contract/history/run-record.ts';

/** A whole record of a synthetic run that is a GO, with what a test wants to be different. */
export function runRecord(different: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: RUN_RECORD_SCHEMA,
    run: 'r1',
    phase: 'synthetic',
    target: 'shop',
    location: 'default',
    wanted: null,
    observed: { id: '2026.11.2' },
    startedAt: '2026-11-30T10:00:00.000Z',
    endedAt: '2026-11-30T10:00:08.000Z',
    decision: 'GO',
    reason: '1 of 1 blocking checks passed',
    exitCode: 0,
    skipped: null,
    blind: [],
    checks: [checkRecord()],
    notDue: [],
    leftovers: 0,
    planDigest: 'sha256:0',
    greenlight: '0.0.0',
    ...different,
  };
}

/** A check that passed, with what a test wants to be different. */
export function checkRecord(different: Partial<CheckRecord> = {}): CheckRecord {
  return {
    id: 'checkout-works',
    title: 'A customer can buy',
    outcome: 'pass',
    severity: 'blocking',
    ms: 120,
    ...different,
  };
}
