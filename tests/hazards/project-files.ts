import { type Hazard, HOME, total } from './hazard.ts';

/** The files of a hazard's project for Playwright alone, by path. */
export function plainFiles(hazard: Hazard): Readonly<Record<string, string>> {
  const reporter = hazard.reporter === undefined ? '' : `, ['./${hazard.reporter}']`;
  return {
    'package.json': '{ "type": "module" }',
    'playwright.config.mts': `import { defineConfig } from '@playwright/test';
${hazard.configPrelude ?? ''}
export default defineConfig({ testDir: 'specs', workers: 1, reporter: [['line']${reporter}],
  ${hazard.plainConfig ?? hazard.config ?? ''} });`,
    ...specs(
      hazard,
      `import { expect, test } from '@playwright/test';
const check = (id: string, body: Parameters<typeof test>[2]) => test(id, body);`,
      hazard.plainSpec ?? hazard.spec ?? `${HOME} ${total()}`,
    ),
  };
}

/** Those for Greenlight. */
export function greenlightFiles(hazard: Hazard): Readonly<Record<string, string>> {
  const reporter = hazard.reporter === undefined ? '' : `reporters: [['./${hazard.reporter}']]`;
  const checks = ['home-answers', 'total-is-right'].map((id) => `{ id: '${id}', title: '${id}' }`);
  return {
    'package.json': '{ "type": "module" }',
    'greenlight.config.mts':
      hazard.planFile ??
      `import { defineConfig, secret } from 'greenlight';
void secret;
export default defineConfig({
  target: { name: 'shop', urls: { app: process.env.TARGET_URL! }, ${hazard.planTarget ?? ''} },
  checks: [${checks.join(', ')}], workers: 1, ${hazard.plan ?? ''} });`,
    'playwright.config.mts': `import { defineGreenlightPlaywright } from 'greenlight/playwright';
import plan from './greenlight.config.mts';
${hazard.configPrelude ?? ''}
export default { ...defineGreenlightPlaywright(plan, { testDir: 'specs', ${reporter} }), ${hazard.config ?? ''} };`,
    ...stub('readiness', 'defineReadiness'),
    ...(hazard.planFile === undefined
      ? {}
      : {
          ...stub('suites', 'defineSuites'),
          ...stub('data-checks', 'defineDataChecks'),
          ...stub('load', 'defineLoad'),
        }),
    ...specs(
      hazard,
      `import { check, expect, test } from 'greenlight/test';`,
      hazard.spec ?? `${HOME} ${total()}`,
    ),
  };
}

function stub(name: string, define: string): Readonly<Record<string, string>> {
  return {
    [`specs/${name}.spec.mts`]: `import { ${define} } from 'greenlight/test';
import plan from '../greenlight.config.mts';
${define}(plan);`,
  };
}

function specs(hazard: Hazard, imports: string, own: string): Readonly<Record<string, string>> {
  const prelude = `${imports}
const url = (at: string) => process.env.TARGET_URL + at;
const total = async (request: any) => (await (await request.get(url('/total'))).json()).total;
void url, total, check, test, expect;
`;
  const files = { 'own.spec.mts': own, ...hazard.files };
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      `specs/${name}`,
      name.endsWith('.spec.mts') ? `${prelude}${text}` : text,
    ]),
  );
}
