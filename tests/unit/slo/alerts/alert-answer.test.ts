import { expect, test } from 'vitest';
import { type AlertAnswer, findingOf } from '../../../../slo/alerts/alert-answer.ts';

const answer = (outcome: AlertAnswer['outcome']): AlertAnswer => ({
  about: `it is ${outcome}`,
  outcome,
  measured: 'this',
  expected: 'that',
});

test('the worst answer decides, and none at all is no answer', () => {
  expect(findingOf('alerts', [answer('pass')])).toMatchObject({ outcome: 'pass', sampleSize: 1 });
  expect(findingOf('alerts', [answer('pass'), answer('unknown')])).toMatchObject({ outcome: 'unknown' });
  expect(findingOf('alerts', [answer('unknown'), answer('fail')])).toMatchObject({
    outcome: 'fail',
    summary: expect.stringContaining('it is fail') as string,
  });
  // Service levels of which none is exported as a rule leave nothing to look for.
  expect(findingOf('alerts', [])).toMatchObject({
    outcome: 'unknown',
    cause: 'nothing-compared',
    sampleSize: 0,
  });
});
