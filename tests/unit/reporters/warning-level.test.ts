import { expect, test } from 'vitest';
import { judge } from '../../../reporters/judge.ts';
import { renderGithubAnnotations } from '../../../reporters/renderers/github/annotations.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { attempt, DECIDED, evidenceOf, found, planned } from './evidence-builders.ts';

const METRIC = planned('memory-does-not-grow', { source: 'metric', project: 'load' });
const SUMMARY = 'Memory: 30 MiB an hour: beyond the warning level (<= 20)';

function verdictWith(more: { readonly cause?: string }) {
  const findings = [found(METRIC.id, 'pass', { summary: SUMMARY, sampleSize: 9, ...more })];
  return judge(evidenceOf([METRIC], [attempt(METRIC.id, { project: 'load', findings })]), DECIDED);
}

test('a pass beyond the warning level decides as a pass, and is told among the warnings', () => {
  const verdict = verdictWith({ cause: 'warning-level' });
  expect(verdict.decision).toBe('GO');
  expect(renderers.terminal(verdict)).toContain('Warnings (1)');
  expect(renderers.terminal(verdict)).toContain(SUMMARY);
  expect(renderers.html(verdict)).toContain('beyond the warning level');
  expect(renderers.terminal(verdictWith({}))).not.toContain('Warnings');
  expect(renderGithubAnnotations(verdict)).toContain('beyond the warning level');
  expect(renderGithubAnnotations(verdictWith({}))).toBe('');
});
