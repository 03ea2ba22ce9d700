import path from 'node:path';
import { expect, test } from 'vitest';
import type { KeptFile } from '../../../contract/evidence/evidence.ts';
import type { Finding, StepReport } from '../../../contract/evidence/finding.ts';
import { judge } from '../../../reporters/judge.ts';
import { keptFiles } from '../../../reporters/recorder/kept-files.ts';
import { renderHtml } from '../../../reporters/renderers/html.ts';
import { renderTerminal } from '../../../reporters/renderers/terminal.ts';
import { DECIDED, evidenceOf, failing, planned } from './evidence-builders.ts';

const RUN = path.resolve('/state/run-1');
const at = (...names: string[]): string => path.join(RUN, ...names);

test('what Playwright kept is named where it will lie in the report, and nothing else is', () => {
  const attachment = (name: string, file?: string) => ({
    name,
    contentType: 'x/y',
    ...(file && { path: file }),
  });
  const attachments = [
    attachment('screenshot', at('session-1', 'a-check', 'test-failed-1.png')),
    attachment('trace', at('session-1', 'a-check', 'trace.zip')),
    attachment('notes', at('session-1', 'a-check', 'notes.txt')),
    attachment('trace', '/elsewhere/trace.zip'),
    attachment('screenshot'),
    attachment('toString', at('session-1', 'x')),
  ];
  expect(keptFiles(attachments, RUN)).toEqual([
    { kind: 'screenshot', path: 'playwright/session-1/a-check/test-failed-1.png' },
    { kind: 'trace', path: 'playwright/session-1/a-check/trace.zip' },
  ]);
  expect(keptFiles(attachments, undefined)).toEqual([]);
});

test('terminal and page name the files, the log and the failed requests of a check that failed', () => {
  const page = { failedRequests: ['GET http://shop.test/api 503'], log: ["waiting for locator('#<total>')"] };
  const step = {
    id: 'see',
    kind: 'page',
    outcome: 'fail',
    durationMs: 1,
    budgetMs: 2,
    statements: [],
    page,
  } satisfies StepReport;
  const check = 'total-is-right';
  const failed = failing(
    check,
    {
      files: [
        { kind: 'screenshot', path: 'playwright/session-0/a/test-failed-1.png' },
        { kind: 'trace', path: 'playwright/session-0/a/trace.zip' },
      ],
    },
    { detail: { kind: 'flow', steps: [step] } },
  );
  const verdict = judge(evidenceOf([planned(check)], [failed]), DECIDED);
  const terminal = renderTerminal(verdict, { report: 'my report' });
  expect(terminal).toContain("npx playwright show-trace 'my report/playwright/session-0/a/trace.zip'");
  expect(terminal).toContain('screenshot: my report/playwright/session-0/a/test-failed-1.png');
  expect(terminal).toContain('failed: GET http://shop.test/api 503');
  expect(terminal).toContain("playwright: waiting for locator('#<total>')");
  expect(renderTerminal(verdict)).toContain(
    'npx playwright show-trace playwright/session-0/a/trace.zip (in the report)',
  );
  const html = renderHtml(verdict);
  expect(html).toContain('href="playwright/session-0/a/test-failed-1.png"');
  expect(html).toContain('npx playwright show-trace playwright/session-0/a/trace.zip');
  expect(html).toContain('#&lt;total&gt;');
});

test('a trace of a check that opened no page is not named: it would show nothing', () => {
  const trace = { kind: 'trace', path: 'playwright/session-0/a/trace.zip' } as const;
  const step = { id: 'ask', outcome: 'fail', durationMs: 1, budgetMs: 2, statements: [] } as const;
  const said = (detail: Finding['detail'], files: readonly KeptFile[] = [trace]): boolean => {
    const failed = failing('total-is-right', { files: [...files] }, detail === undefined ? {} : { detail });
    const verdict = judge(evidenceOf([planned('total-is-right')], [failed]), DECIDED);
    const named = renderTerminal(verdict).includes('show-trace');
    expect(renderHtml(verdict).includes('show-trace')).toBe(named);
    return named;
  };
  const steps = (...kinds: readonly StepReport['kind'][]): Finding['detail'] => ({
    kind: 'flow',
    steps: kinds.map((kind) => ({ ...step, statements: [], kind })),
  });
  expect(said(steps('request'))).toBe(false);
  expect(said({ kind: 'probe', statements: [] })).toBe(false);
  expect(said(steps('page', 'request'))).toBe(true);
  // A spec of the user says nothing about pages, and a screenshot is of one.
  expect(said(undefined)).toBe(true);
  expect(said({ kind: 'probe', statements: [] }, [trace, { kind: 'screenshot', path: 'a.png' }])).toBe(true);
});
