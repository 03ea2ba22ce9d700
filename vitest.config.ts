import { defineConfig } from 'vitest/config';

/**
 * Tests of Greenlight itself. `unit` is pure and runs in parallel. `parts` starts real programs (Playwright,
 * PostgreSQL, browsers) and runs one file at a time: on a small machine they would starve each other.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['tests/*.test.ts', 'tests/unit/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        test: {
          name: 'parts',
          include: ['tests/contracts/**/*.test.ts', 'tests/runner/**/*.test.ts', 'tests/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
