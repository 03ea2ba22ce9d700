import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Load and answers that are measured against narrow limits: a neighbour would change what they see. */
const ALONE = [
  'tests/contracts/load-engine/**/*.test.ts',
  'tests/e2e/demo/one-demo.test.ts',
  'tests/e2e/demo/faults-by-load.test.ts',
];

/** Load of which the answers count, or times with wide limits: one neighbour of the same kind changes nothing. */
const PAIRS = [
  ...['kinds', 'samples', 'odd-answers', 'processes', 'k6-operator', 'headers', 'hazards', 'segments'].map(
    (name) => `tests/contracts/load-engine/${name}.test.ts`,
  ),
  'tests/contracts/metrics/cutover-levels.test.ts',
  'tests/e2e/cli/load.test.ts',
  'tests/runner/load/**/*.test.ts',
];

/** What takes longest begins first: alone at the end, it would keep one of three workers busy and two idle. */
const LONGEST = [
  'e2e/package/tarball',
  'e2e/demo/faults',
  'e2e/examples/clean',
  'runner/suites/suites',
  'contracts/data-checks/rows-adversity',
  'e2e/cli/stages',
  'runner/user-specs/existing-specs',
  'runner/recorder/hazards',
  'contracts/data-checks/rows-engine',
  'runner/verdict/hazards',
  'e2e/cli/run',
  'runner/recorder/classification',
  'runner/checks/installed-run',
  'contracts/data-checks/rows-losses',
  'e2e/cli/nothing-created',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return found < 0 ? LONGEST.length : found;
    };
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}

/** They put stand-ins in the place of modules, which the tests of other files must not see. */
const ISOLATED = 'tests/unit/**/*.isolated.test.ts';

/**
 * Tests of Greenlight itself. `unit` and `isolated` are pure. `parts` starts real programs (Playwright, PostgreSQL, browsers), three
 * files at a time: they wait for each other's processes a third of their time, and more would starve. `pairs` runs two
 * files at a time, and `alone` one.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          exclude: [ISOLATED],
          testTimeout: 20_000,
          // They share what they import: reading it anew for each file would take longer than all the tests.
          isolate: false,
          maxWorkers: 2,
        },
      },
      { test: { name: 'isolated', include: [ISOLATED], testTimeout: 20_000, maxWorkers: 2 } },
      {
        test: {
          name: 'parts',
          include: ['tests/contracts/**/*.test.ts', 'tests/runner/**/*.test.ts', 'tests/e2e/**/*.test.ts'],
          exclude: [...ALONE, ...PAIRS],
          globalSetup: ['tests/built.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'pairs',
          include: PAIRS,
          globalSetup: ['tests/built.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'alone',
          include: ALONE,
          exclude: PAIRS,
          globalSetup: ['tests/built.ts'],
          sequence: { groupOrder: 3 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
