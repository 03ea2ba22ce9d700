import { loadTest, registerChecks } from '../checks/index.ts';
import { GreenlightError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { refuseLiveKeys } from '../safety/live-keys.ts';
import { evaluateSlo, openMetrics } from './evaluate-slo.ts';

/** More than all questions of one objective may take together. */
const LONGEST_MS = 180_000;

/** Registers one Playwright test for each service level that the phase of this run requires. */
export function defineSlo(plan: Plan): void {
  registerChecks(loadTest, plan, 'slo', {
    slo: (check) => {
      const { slo } = plan;
      const objective = slo?.objectives.find(({ id }) => id === check.id);
      if (slo === undefined || objective === undefined) {
        throw new GreenlightError('INTERNAL', `the check ${check.id} has no service level`);
      }
      return {
        tags: ['slo'],
        look: async ({ stopWithTest }, testInfo) => {
          testInfo.setTimeout(LONGEST_MS);
          refuseLiveKeys(plan);
          return evaluateSlo(openMetrics(slo.source, process.env, stopWithTest), slo, objective);
        },
      };
    },
  });
}
