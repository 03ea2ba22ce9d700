import path from 'node:path';
import type { PlaywrightTestProject } from '@playwright/test';
import type { Plan } from '../../contract/plan/plan.ts';
import { pathsOf } from '../../contract/plan/spec-check.ts';
import { SPEC_ORDER_ENV } from '../../contract/evidence/spec-record.ts';
import { loadRunContext } from '../../host/run-context.ts';

/** Which files a project takes. */
type Files = Pick<PlaywrightTestProject, 'testDir' | 'testMatch' | 'testIgnore'>;

/** Whether this Playwright was started for one existing spec: the readiness of the target was asked before. */
export function runsASpec(): boolean {
  return process.env[SPEC_ORDER_ENV] !== undefined;
}

/**
 * Existing specs of the plan that lie beside ours are run by their own checks, and in a run by nothing else: they would
 * count twice. Started by hand, Playwright shows them as it shows all others.
 */
export function leavesSpecsOut(plan: Plan, project: Files): Files {
  const planFile = loadRunContext()?.planFile;
  if (planFile === undefined || plan.specs.length === 0) return project;
  const folder = path.dirname(path.resolve(planFile));
  const specs = plan.specs.flatMap(pathsOf).map((one) => inside(path.resolve(folder, one)));
  return { ...project, testIgnore: [...[project.testIgnore ?? []].flat(), ...specs] };
}

/** A file, or whatever lies in a folder. */
function inside(file: string): RegExp {
  return new RegExp(`^${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:[\\\\/]|$)`);
}
