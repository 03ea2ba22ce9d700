import { expect, test } from 'vitest';
import { LONG } from '../../long.ts';
import { killRuns } from '../../chaos/killed-runs.ts';

// The long form is `npm run chaos:verdict`.
test.skipIf(!LONG)(
  'runs that are killed at random moments leave no GO and nothing else behind',
  async () => {
    const end = await killRuns({ runs: 3, seed: 20_261_121, lanes: 1 });
    expect(end.violations).toEqual([]);
    expect(end.goOfKilled).toBe(0);
    expect(end.killed).toBeGreaterThan(0);
  },
  400_000,
);
