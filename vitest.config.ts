import { defineConfig } from 'vitest/config';

/** Load and answers that are measured, and runs that are killed at a moment: their neighbours would change what they see. */
const ALONE = [
  'tests/contracts/load-engine/**/*.test.ts',
  'tests/contracts/metrics/cutover-levels.test.ts',
  'tests/runner/load/**/*.test.ts',
  'tests/e2e/cli/load.test.ts',
  'tests/e2e/cli/stopping.test.ts',
  'tests/e2e/demo/one-demo.test.ts',
  'tests/e2e/demo/faults.test.ts',
];

/** They put stand-ins in the place of modules, which the tests of other files must not see. */
const ISOLATED = 'tests/unit/**/*.isolated.test.ts';

/**
 * Tests of Greenlight itself. `unit` and `isolated` are pure. `parts` starts real programs (Playwright, PostgreSQL, browsers), three
 * files at a time: they wait for each other's processes a third of their time, and more would starve. `alone` runs one
 * file at a time.
 */
export default defineConfig({
  test: {
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
          exclude: ALONE,
          globalSetup: ['tests/built.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'alone',
          include: ALONE,
          globalSetup: ['tests/built.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          fileParallelism: false,
          // Of the tests of one file that are marked as concurrent.
          maxConcurrency: 3,
        },
      },
    ],
  },
});
