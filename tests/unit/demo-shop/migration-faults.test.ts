import { expect, test } from 'vitest';
import { isMigrationFault, DEMO_FAULTS } from '../../../demo/faults.ts';
import { faultySteps } from '../../../demo/faults/migration-faults.ts';
import { COPY_STEPS } from '../../../demo/migration/copy-steps.ts';

test('each fault of the migration changes its steps and leaves the sound ones alone', () => {
  const sound = structuredClone(COPY_STEPS);
  for (const { id } of DEMO_FAULTS) {
    if (isMigrationFault(id)) expect(faultySteps(id, COPY_STEPS)).not.toEqual(sound);
  }
  expect(COPY_STEPS).toEqual(sound);
});

test('a fault that no longer fits the migration says so instead of doing nothing', () => {
  const renamed = COPY_STEPS.map((step) => ({
    ...step,
    read: step.read.replace('total_cents', 'sum_cents'),
  }));
  expect(() => faultySteps('rounded-amounts', renamed)).toThrow(/does not fit/);
});
