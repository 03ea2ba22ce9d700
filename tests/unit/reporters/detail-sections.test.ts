import { describe, expect, test } from 'vitest';
import { FindingDetail } from '../../../contract/evidence/finding.ts';
import { judge } from '../../../reporters/judge.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { SECTIONS } from '../../../reporters/sections/index.ts';
import { attempt, DECIDED, evidenceOf, failing, found, planned } from './evidence-builders.ts';
import { brokenCutover, goodCutover } from './rich-evidence.ts';

test('every kind of detail has a section', () => {
  const kinds = FindingDetail.options.map(({ shape }) => shape.kind.value);
  expect(Object.keys(SECTIONS).sort()).toEqual([...kinds].sort());
});

describe('the short forms of the terminal', () => {
  const lineOf = (text: string, start: string): readonly string[] => {
    const lines = text.split('\n');
    const from = lines.findIndex((line) => line.startsWith(start));
    return from < 0 ? [] : lines.slice(from, lines.indexOf('', from));
  };

  test('of flows: only steps that went wrong, with what did not hold', () => {
    expect(lineOf(renderers.terminal(judge(brokenCutover(), DECIDED)), 'Flows')).toEqual([
      'Flows (2)',
      '  order-can-be-paid  2 steps, 2.2 s',
      '    ✖ pay  request, 630 ms of 5.0 s',
      '      ✖ total: 2,499 cents, expected 2,500 cents',
      `      ✖ note: <script>alert("x")</script>, expected it's \`plain\` & safe`,
      '  1 other: no step went wrong',
    ]);
    expect(lineOf(renderers.terminal(judge(goodCutover(), DECIDED)), 'Flows')).toEqual([
      'Flows (2)',
      '  2 flows: no step went wrong',
    ]);
  });

  test('of probes: only comparisons that do not hold', () => {
    const statements = [200, 404, 200].map((measured, index) => ({
      name: `status of /${index}`,
      ok: measured === 200,
      measured,
      expected: 200,
    }));
    const verdict = judge(
      evidenceOf(
        ['pages', 'health'].map((id) => planned(id, { source: 'probe' })),
        [
          failing('pages', {}, { detail: { kind: 'probe', statements } }),
          attempt('health', {
            findings: [
              found('health', 'pass', { detail: { kind: 'probe', statements: statements.slice(2) } }),
            ],
          }),
        ],
      ),
      DECIDED,
    );
    expect(lineOf(renderers.terminal(verdict), 'Probes')).toEqual([
      'Probes (2)',
      '  pages  1 of 3 comparisons does not hold',
      '    ✖ status of /1: 404, expected 200',
      '  1 other: no comparison went wrong',
    ]);
  });

  test('of comparisons: a line for each request', () => {
    const ratio = { ratio: 1.62, lower: 1.5, upper: null };
    const request = {
      request: 'GET /',
      outcome: 'fail' as const,
      reason: 'slower',
      moreRounds: null,
      ...ratio,
      control: { ratio: 1, lower: 0.98, upper: 1.02 },
      old: 12,
      new: 19.44,
      oldErrors: 0,
      newErrors: 0,
      rounds: 20,
    };
    const detail = FindingDetail.parse({
      kind: 'comparison',
      comparison: {
        engine: 'k6',
        percentile: 'p95',
        margin: 0.1,
        confidence: 0.95,
        seed: 1,
        requests: [request, { ...request, request: 'GET /cart', outcome: 'unknown', old: null, ratio: null }],
      },
    });
    const verdict = judge(
      evidenceOf([planned('as-fast', { source: 'comparison' })], [failing('as-fast', {}, { detail })]),
      DECIDED,
    );
    expect(lineOf(renderers.terminal(verdict), 'Old against new')).toEqual([
      'Old against new (1)',
      '  as-fast  p95 of k6, at most 10 % slower is allowed',
      '    ✖ GET /: worse, old 12 ms, new 19.4 ms, new / old 1.62 (1.50 to ?)',
      '    ? GET /cart: unknown, old not measured, new 19.4 ms, new / old not measured',
    ]);
  });
});

test('the page shows what a program printed, and takes nothing of it for markup', () => {
  const detail = { kind: 'probe' as const, statements: [], output: ['first line', '<b>2 missing</b>'] };
  const unclear = found('rollout', 'unknown', { summary: 'kubectl was ended', detail });
  const verdict = judge(
    evidenceOf([planned('rollout', { source: 'probe' })], [attempt('rollout', { findings: [unclear] })]),
    DECIDED,
  );
  expect(renderers.html(verdict)).toContain('<pre>first line\n&lt;b&gt;2 missing&lt;/b&gt;</pre>');
});
