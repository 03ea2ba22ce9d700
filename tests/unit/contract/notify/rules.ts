import type { RunRecord } from '../../../../contract/history/run-record.ts';
import type { IncidentRules, WatchedCheck } from '../../../../contract/notify/watched-checks.ts';
import { checkRecord, runRecord } from '../../../history/run-record.ts';

/** The rules of one check that is looked at every five minutes, with what a test wants to be different. */
export function rulesOf(
  different: Partial<IncidentRules> = {},
  check: Partial<WatchedCheck> = {},
): IncidentRules {
  return {
    target: 'shop',
    checks: [watched(check)],
    blindAfter: 3,
    blindLevel: 'P2',
    maintenance: [],
    ...different,
  };
}

export function watched(different: Partial<WatchedCheck> = {}): WatchedCheck {
  return {
    id: 'checkout-works',
    title: 'A customer can buy',
    level: 'P1',
    levels: [],
    kind: 'check',
    open: { failed: 2, of: 3 },
    resolveAfter: 2,
    withinMs: 60 * 60_000,
    ...different,
  };
}

const START = Date.parse('2026-11-30T10:00:00Z');
const OUTCOMES = { S: 'pass', F: 'fail', U: 'unknown', N: 'not-run' } as const;

/**
 * Records of one run after the other, five minutes apart: S passed, F failed, U unknown, N not run, O was skipped because
 * another run was at work, `-` no run at all.
 */
export function runs(
  letters: string,
  {
    location = 'default',
    from = START,
    cause = 'no-route',
  }: { readonly location?: string; readonly from?: number; readonly cause?: string } = {},
): readonly RunRecord[] {
  return [...letters].flatMap((letter, index): RunRecord[] => {
    const start = from + index * 5 * 60_000;
    const times = {
      run: `${location}-${index + 1}`,
      location,
      startedAt: new Date(start).toISOString(),
      endedAt: new Date(start + 8000).toISOString(),
    };
    if (letter === '-') return [];
    if (letter === 'O')
      return [
        runRecord({
          ...times,
          decision: null,
          checks: [],
          skipped: { kind: 'overlap', reason: 'another run works on it' },
        }),
      ];
    const outcome = OUTCOMES[letter as keyof typeof OUTCOMES];
    const told = outcome === 'pass' ? {} : { summary: `it is ${outcome}` };
    const why = outcome === 'unknown' ? { cause } : {};
    return [runRecord({ ...times, checks: [checkRecord({ outcome, ...told, ...why })] })];
  });
}
