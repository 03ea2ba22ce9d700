import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { renderRunbook } from '../../../scripts/runbook/render-runbook.ts';
import ilsPlan from '../../../examples/ils-kubernetes/greenlight.config.mts';
import mhpPlan from '../../../examples/mhp-azure/greenlight.config.mts';
import samiaPlan from '../../../examples/samia-tarot/greenlight.config.mts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../../examples');

test.each([
  ['mhp-azure', mhpPlan, 'az functionapp deployment slot swap'],
  ['ils-kubernetes', ilsPlan, 'kubectl rollout undo deployment/ils-app'],
  ['samia-tarot', samiaPlan, './scripts/deploy.sh "$OLD_RELEASE"'],
])('RUNBOOK.md of %s is what greenlight runbook makes of its plan', (id, input, rollback) => {
  const file = path.join(EXAMPLES, id, 'RUNBOOK.md');
  // The digest of a plan is of its functions as they were loaded; here it says only that it is this plan.
  const plan = { file: 'greenlight.config.mts', digest: 'of this example' };
  const page = `${renderRunbook(parsePlan(input), { release: undefined, plan }).trimEnd()}\n`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8'), 'run it with UPDATE_DOCS=1').toBe(page);
  expect(page).toContain(rollback);
});

test.each([
  // Without them levels are unknown, or no row is compared: who follows the page would never see GO.
  ['mhp-azure', 'export MHP_SWAPPED_AT="$(date -u +%Y-%m-%dT%H:%M:%SZ)"', 'run --phase post-cutover'],
  ['samia-tarot', 'export SAMIA_CUTOVER_AT="$CUTOVER_AT"', 'run --phase post-cutover'],
  ['ils-kubernetes', 'export ILS_BACKUP_AT="$BACKUP_AT"', 'run --phase post-cutover'],
])('RUNBOOK.md of %s says when the switch or the backup was, before it judges by it', (id, said, judged) => {
  const page = readFileSync(path.join(EXAMPLES, id, 'RUNBOOK.md'), 'utf8');
  expect(page).toContain(said);
  expect(page.indexOf(said)).toBeLessThan(page.indexOf(judged));
});
