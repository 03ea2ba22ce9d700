import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FURTHER, LONG } from '../../long.ts';
import { installedProject, type InstalledProject } from './installed-project.ts';

const POST = `phases: ['post-cutover']`;

/** Every source of checks, and titles that several of them share. */
const PLAN = `
import { defineConfig, flow } from 'greenlight';
const home = flow('home-answers', { title: 'Nothing is lost', ${POST} })
  .request('home', { request: () => ({ method: 'GET', path: '/' }) });
const basket = flow('basket-answers', { title: 'The basket answers', area: 'sales', ${POST} })
  .request('basket', { request: () => ({ method: 'GET', path: '/basket' }) });
export default defineConfig({
  target: {
    name: 'shop', urls: { app: 'http://127.0.0.1:9' },
    records: { adapter: 'postgres', url: 'postgres://127.0.0.1:9/new' },
    old: { urls: { app: 'http://127.0.0.1:10' }, records: { adapter: 'postgres', url: 'postgres://127.0.0.1:9/old' } },
  },
  flows: [home, basket],
  probes: [
    { id: 'pages-answer', title: 'Nothing is lost', kind: 'endpoints', paths: ['/'], ${POST} },
    { id: 'hooks-arrive', title: 'Nothing is lost', kind: 'guards', routes: [{ path: '/' }], identities: [{ name: 'nobody' }, { name: 'anybody' }], ${POST} },
  ],
  checks: [{ id: 'vip-sees-discount', title: 'Nothing is lost', ${POST} }, { id: 'helper-made', title: 'Made by a helper', ${POST} }],
  data: {
    tables: [
      { id: 'orders-preserved', title: 'Nothing is lost', old: 'orders', new: 'orders', ${POST} },
      { id: 'items-preserved', title: 'Nothing is lost', old: 'items', new: 'items', ${POST} },
      { id: 'carts-preserved', title: 'Nothing is lost (items-preserved)', old: 'carts', new: 'carts', ${POST} },
    ],
    redis: [{ id: 'sessions-kept', title: 'Nothing is lost', old: 'redis://127.0.0.1:9', new: 'redis://127.0.0.1:10', ${POST} }],
  },
  slo: {
    source: { adapter: 'prometheus', url: 'http://127.0.0.1:9' }, up: 'up',
    objectives: [{ id: 'checkout-available', title: 'Nothing is slow', kind: 'availability', up: 'up', atLeast: { critical: 0.99 }, ${POST} }],
  },
  load: {
    profiles: ['home-is-fast', 'home-is-quick'].map((id) => ({ id, title: 'Nothing is slow', engine: 'autocannon' as const,
      flow: 'home-answers', connections: 1, durationS: 1, thresholds: { p95Ms: 500 }, ${POST} })),
    comparisons: [],
  },
});
`;

/** Two spaces and a comment above the call, so that its line and column are not those of the file's beginning. */
const STUBS: Readonly<Record<string, string>> = {
  readiness: 'defineReadiness',
  suites: 'defineSuites',
  'data-checks': 'defineDataChecks',
  load: 'defineLoad',
};

let project: InstalledProject;

describe.each(['commonjs', 'module'] as const)(
  'checks of a package in node_modules, in a %s project',
  (type) => {
    beforeAll(() => {
      project = installedProject(type, PLAN);
      for (const [name, define] of Object.entries(STUBS)) {
        project.write(
          `greenlight/${name}.spec.mts`,
          `import { ${define} } from 'greenlight/test';
import plan from '../greenlight.config.mts';

interface Unused { readonly that: 'TypeScript is compiled away' }

  ${define}(plan);
`,
        );
      }
      project.write(
        'greenlight/own.spec.mts',
        `import { check } from 'greenlight/test';
import { viaHelper } from './helper.mts';

check('vip-sees-discount', async ({ page }) => { await page.goto('/'); });

viaHelper();
`,
      );
      project.write(
        'greenlight/helper.mts',
        `import { check } from 'greenlight/test';
export function viaHelper(): void {
  check('helper-made', { tags: ['by hand'] }, async () => {});
}
`,
      );
    });
    afterAll(() => project.remove());

    const list = async (...args: string[]): Promise<readonly string[]> => {
      const end = await project.playwright(['--list', '--no-deps', ...args]);
      expect(end.code, end.output).toBe(0);
      return [...end.listed].sort();
    };

    test('every check is listed at the line of the user that asked for it, equal titles told apart', async () => {
      expect(await list()).toEqual(
        [
          '[readiness] › readiness.spec.mts:6:3 › Every address of the target answers',
          '[readiness] › readiness.spec.mts:6:3 › The databases can be read',
          '[readiness] › readiness.spec.mts:6:3 › Nothing is lost (pages-answer)',
          '[suites] › suites.spec.mts:6:3 › Nothing is lost (home-answers)',
          '[suites] › suites.spec.mts:6:3 › The basket answers',
          '[suites] › suites.spec.mts:6:3 › Nothing is lost (hooks-arrive)',
          '[suites] › own.spec.mts:4:1 › Nothing is lost (vip-sees-discount)',
          '[suites] › own.spec.mts:6:1 › Made by a helper',
          '[data-checks] › data-checks.spec.mts:6:3 › Nothing is lost (orders-preserved)',
          '[data-checks] › data-checks.spec.mts:6:3 › Nothing is lost (items-preserved) (items-preserved)',
          '[data-checks] › data-checks.spec.mts:6:3 › Nothing is lost (items-preserved) (carts-preserved)',
          '[data-checks] › data-checks.spec.mts:6:3 › Every table of the old side is compared, or left out with a reason',
          '[data-checks] › data-checks.spec.mts:6:3 › No table that had rows has none now',
          '[data-checks] › data-checks.spec.mts:6:3 › Nothing is lost (sessions-kept)',
          '[load] › load.spec.mts:6:3 › Nothing is slow (checkout-available)',
          '[load] › load.spec.mts:6:3 › Nothing is slow (home-is-fast)',
          '[load] › load.spec.mts:6:3 › Nothing is slow (home-is-quick)',
        ].sort(),
      );
    });

    // What Playwright selects does not depend on how the project's modules are read.
    const once = (name: string): string => (type === 'commonjs' ? name : `${name} ${FURTHER}`);
    const selects = test.skipIf(type !== 'commonjs' && !LONG);

    // Each start of Playwright takes seconds: several filters share one.
    selects(once('file filters find the checks of the files that they name'), async () => {
      expect(await list('greenlight/suites.spec.mts')).toHaveLength(3);
      const lines = await list('readiness.spec.mts:6', 'own.spec.mts:4', 'load.spec.mts:7');
      expect(lines.map((line) => line.split(' › ')[0])).toEqual([
        ...Array<string>(3).fill('[readiness]'),
        '[suites]',
      ]);
    });

    selects(once('--grep finds a check of every source by its id and by its own tags'), async () => {
      const tags = [
        'orders-preserved',
        'sessions-kept',
        'home-answers',
        'checkout-available',
        'by-hand',
        'target-answers',
      ];
      expect(await list('--grep', tags.map((tag) => `@${tag}\\b`).join('|'))).toHaveLength(tags.length);
      expect(await list('--grep', '@orders-preserved')).toHaveLength(1);
    });
  },
);
