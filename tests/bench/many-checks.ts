import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Attempt, Evidence } from '../../contract/evidence/evidence.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { Policy } from '../../contract/verdict/policy.ts';

const STARTED = '2026-11-20T10:00:00.000Z';
const ENDED = '2026-11-20T10:04:00.000Z';
/** One in so many fails, is skipped, or passes on a retry: reports are longest where things go wrong. */
const EVERY = 50;

/** Evidence of a large run: flows of three steps, of which some fail, some are skipped and some are flaky. */
export function manyChecks(count: number): Evidence {
  const manifest: PlannedCheck[] = [];
  const attempts: Attempt[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `check-${index}`;
    manifest.push({
      id,
      title: `Statement number ${index} about the shop holds`,
      source: 'flow',
      project: 'suites',
      severity: index % 10 === 0 ? 'advisory' : 'blocking',
      mayNotApply: false,
      sampleFloor: 0,
    });
    attempts.push(...attemptsOf(id, index));
  }
  return {
    schema: 'greenlight/evidence@1',
    run: {
      id: 'bench',
      nonce: 'bench',
      phase: 'post-cutover',
      startedAt: STARTED,
      endedAt: ENDED,
      tools: { greenlight: '0', node: process.version },
    },
    subject: { target: 'shop', urls: { app: 'http://127.0.0.1:3000' }, wanted: null },
    planDigest: 'sha256:plan',
    policy: Policy.parse({}),
    policyDigest: 'sha256:policy',
    manifest,
    sessions: [
      {
        projects: ['suites'],
        startedAt: STARTED,
        endedAt: ENDED,
        exitCode: 1,
        status: 'failed',
        announced: count,
        ended: count,
      },
    ],
    attempts,
    notStarted: [],
    faults: [],
    attestations: [],
    leftovers: [],
  };
}

function attemptsOf(id: string, index: number): Attempt[] {
  const turn = index % EVERY;
  if (turn === 1) return [attempt(id, 0, 'failed')];
  if (turn === 2) return [attempt(id, 0, 'skipped')];
  if (turn === 3) return [attempt(id, 0, 'failed'), attempt(id, 1, 'passed')];
  return [attempt(id, 0, 'passed')];
}

function attempt(check: string, retry: number, status: 'passed' | 'failed' | 'skipped'): Attempt {
  return {
    check,
    project: 'suites',
    title: `Statement ${check}`,
    session: 0,
    retry,
    status,
    startedAt: '2026-11-20T10:01:00.000Z',
    durationMs: 120,
    errors: status === 'failed' ? [{ message: 'FindingSaysNo: the total is wrong', kind: 'finding' }] : [],
    findings: status === 'skipped' ? [] : [finding(check, status === 'passed')],
    comparisons: 3,
    control: 'not-asked',
  };
}

function finding(check: string, ok: boolean): Finding {
  const steps = ['register', 'order', 'look-up'].map((id, index) => ({
    id,
    kind: 'request' as const,
    outcome: ok || index < 2 ? ('pass' as const) : ('fail' as const),
    durationMs: 40,
    budgetMs: 5000,
    statements: [{ name: 'status', ok: ok || index < 2, measured: 200, expected: '2xx' }],
  }));
  return {
    check,
    outcome: ok ? 'pass' : 'fail',
    summary: ok ? 'Every step answered as it should.' : 'The total of the order is not what was ordered.',
    ...(ok ? {} : { measured: 1990, expected: 2490, unit: 'cents' }),
    detail: { kind: 'flow', steps },
  };
}
