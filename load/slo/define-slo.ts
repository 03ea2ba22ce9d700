import { CHECK_ANNOTATION } from '../../contract/check-id.ts';
import type { PlannedCheck } from '../../contract/checks.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { Plan } from '../../contract/plan.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { refuseLiveKeys } from '../../safety/live-keys.ts';
import { conclude } from '../conclude.ts';
import { loadTest } from '../fixtures.ts';
import { evaluateSlo, openMetrics } from './evaluate-slo.ts';

/** More than all questions of one objective may take together. */
const LONGEST_MS = 180_000;

/** Registers one Playwright test for each service level of the manifest. */
export function defineSlo(plan: Plan, manifest: readonly PlannedCheck[]): void {
  const redactor = redactorOf(plan);
  for (const check of manifest.filter(({ source }) => source === 'slo')) {
    const { slo } = plan;
    const objective = slo?.objectives.find(({ id }) => id === check.id);
    if (slo === undefined || objective === undefined) {
      throw new GreenlightError('INTERNAL', `the check ${check.id} has no service level`);
    }
    const details = {
      tag: [`@${check.severity}`, `@${check.id}`, '@slo'],
      annotation: { type: CHECK_ANNOTATION, description: check.id },
    };
    loadTest(`${check.title} (${check.id})`, details, async ({ stopWithTest }, testInfo) => {
      testInfo.setTimeout(LONGEST_MS);
      refuseLiveKeys(plan);
      const metrics = openMetrics(slo.source, process.env, stopWithTest);
      await conclude(await evaluateSlo(metrics, slo, objective), testInfo, redactor);
    });
  }
}
