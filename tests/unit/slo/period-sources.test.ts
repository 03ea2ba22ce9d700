import { expect, test } from 'vitest';
import { Slo } from '../../../contract/slo/slo.ts';

const errors = {
  id: 'level-holds',
  title: 'The level holds',
  windowS: 300,
  minimumEvents: 50,
  kind: 'error-rate',
  bad: 'AWS/Lambda/Errors{FunctionName="shop"}',
  total: 'AWS/Lambda/Invocations{FunctionName="shop"}',
  atMost: { critical: 0.05 },
};

test('a plan that asks such a source for what it does not have is refused', () => {
  const plan = (slo: object, objective: object) => () =>
    Slo.parse({
      source: { adapter: 'cloudwatch', region: 'eu-central-1' },
      up: 'AWS/Lambda/Invocations',
      scrapeS: 60,
      objectives: [{ ...errors, ...objective }],
      ...slo,
    });
  expect(plan({}, {})).not.toThrow();
  expect(plan({ scrapeS: 15 }, {})).toThrow('whole minutes');
  expect(plan({ instances: 2 }, {})).toThrow('does not tell instances apart');
  expect(plan({}, { windowS: 330 })).toThrow('whole periods');
  const prometheus = { adapter: 'prometheus', url: 'http://127.0.0.1:1' };
  expect(plan({ source: prometheus, up: 'up' }, {})).toThrow('no name of a metric of Prometheus');
});
