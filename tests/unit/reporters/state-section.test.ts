import { expect, test } from 'vitest';
import type { StateReport } from '../../../contract/evidence/finding.ts';
import { judge } from '../../../reporters/judge.ts';
import { renderHtml } from '../../../reporters/renderers/html.ts';
import { renderTerminal } from '../../../reporters/renderers/terminal.ts';
import { attempt, DECIDED, evidenceOf, failing, found, planned } from './evidence-builders.ts';

const REMEDY = `select setval('shop.orders_id_seq', (select max(id) from shop.orders));`;
const fault: StateReport['findings'][number] = {
  severity: 'blocking',
  object: 'shop.orders.id',
  summary: 'shop.orders.id: the next value is taken',
  remedy: REMEDY,
};

function state(extra: Partial<StateReport> = {}) {
  return {
    kind: 'state' as const,
    state: { examined: 5, findings: [], more: 0, letPass: [], ...extra },
  };
}

const MANIFEST = ['sequences-are-ahead', 'grants-are-kept', 'views-are-filled'].map((id) =>
  planned(id, { source: 'state', project: 'data-checks' }),
);
const [kept, silent] = [
  attempt('grants-are-kept', {
    findings: [
      found('grants-are-kept', 'pass', {
        detail: state({ letPass: [{ object: 'SELECT to old_app', because: 'the role went' }] }),
      }),
    ],
  }),
  attempt('views-are-filled', { findings: [found('views-are-filled', 'pass', { detail: state() })] }),
];
const verdict = judge(
  evidenceOf(MANIFEST, [
    failing('sequences-are-ahead', {}, { detail: state({ findings: [fault], more: 3 }) }),
    kept,
    silent,
  ]),
  DECIDED,
);

test('a report tells each fault with its remedy, and what the plan let pass', () => {
  expect(verdict.decision).toBe('NO_GO');
  const terminal = renderTerminal(verdict);
  const told = terminal.slice(terminal.indexOf('Databases, besides rows'));
  for (const part of [
    fault.summary,
    REMEDY,
    'let pass: SELECT to old_app (the role went)',
    '1 other found',
  ]) {
    expect(told).toContain(part);
  }
  const html = renderHtml(verdict);
  for (const part of ['everything besides rows', 'and 3 more', 'select setval(', 'the role went']) {
    expect(html).toContain(part);
  }
});

test('a pass in which a fault stands is no pass', () => {
  const contradicting = attempt('sequences-are-ahead', {
    findings: [found('sequences-are-ahead', 'pass', { detail: state({ findings: [fault] }) })],
  });
  expect(judge(evidenceOf(MANIFEST, [contradicting, kept, silent]), DECIDED)).toMatchObject({
    decision: 'INCONCLUSIVE',
    checks: [{ state: 'unknown', cause: 'contradiction' }, { state: 'passed' }, { state: 'passed' }],
  });
});
