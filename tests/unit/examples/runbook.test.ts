import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import ils from '../../../examples/ils-kubernetes/greenlight.config.mts';
import mhp from '../../../examples/mhp-azure/greenlight.config.mts';
import { renderRunbook } from '../../../scripts/runbook/render-runbook.ts';

test.each([
  ['mhp-azure', mhp],
  ['ils-kubernetes', ils],
])('the runbook of %s is what its plan says', (id, input) => {
  const file = path.resolve(import.meta.dirname, '../../../examples', id, 'RUNBOOK.md');
  const plan = parsePlan(input);
  const page = renderRunbook(plan, { release: undefined, plan: { file: 'greenlight.config.mts' } });
  const text = `${page.trimEnd()}\n`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8'), 'run it with UPDATE_DOCS=1').toBe(text);
  for (const { title } of plan.runbook?.steps ?? []) expect(text).toContain(title);
});
