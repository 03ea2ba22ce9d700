import { schemasSource } from './init/openapi/named-schemas.ts';
import { type PlanFacts, planSource } from './init/plan/plan-source.ts';
import { SCHEMAS_FILE } from './init/plan/schemas-file.ts';

export const PLAN_FILE = 'greenlight.config.mts';

/** The files that `greenlight init` writes, by path relative to the project. */
export function projectFiles(facts: PlanFacts): Readonly<Record<string, string>> {
  const { openapi } = facts.seen ?? {};
  return {
    [PLAN_FILE]: planSource(facts),
    ...(openapi === undefined || openapi.schemas.length === 0
      ? {}
      : { [SCHEMAS_FILE]: schemasSource(openapi.schemas, `OpenAPI ${openapi.version} at ${openapi.from}`) }),
    'playwright.config.mts': PLAYWRIGHT,
    'greenlight/readiness.spec.mts': stub('defineReadiness'),
    'greenlight/suites.spec.mts': stub('defineSuites'),
    'greenlight/data-checks.spec.mts': stub('defineDataChecks'),
    'greenlight/load.spec.mts': stub('defineLoad'),
  };
}

// One stub for each Playwright project: Playwright transpiles the files of a project, but none in node_modules, so
// only a file out here can import the plan in every kind of project.
function stub(define: string): string {
  return `import { ${define} } from 'greenlight/test';
import plan from '../greenlight.config.mts';

// Registers one test for each check that the plan names. Specs of your own may lie beside this file.
${define}(plan);
`;
}

const PLAYWRIGHT = `import { defineGreenlightPlaywright } from 'greenlight/playwright';
import plan from './greenlight.config.mts';

export default defineGreenlightPlaywright(plan, { testDir: './greenlight' });
`;
