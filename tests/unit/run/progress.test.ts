import { expect, test } from 'vitest';
import type { TestEvent } from '../../../contract/evidence/progress-event.ts';
import { createScreen } from '../../../safety/screen.ts';
import { createProgress } from '../../../run/progress.ts';
import { Writable } from 'node:stream';

type End = Extract<TestEvent, { readonly type: 'end' }>;

test.each<[string, Partial<End>, string]>([
  ['holds', { status: 'passed', outcome: 'pass' }, '✓ orders-preserved  1.5 s'],
  ['does not hold', { status: 'failed', outcome: 'fail' }, '✗ orders-preserved failed  1.5 s'],
  ['could not tell', { status: 'failed', outcome: 'unknown' }, '? orders-preserved could not tell  1.5 s'],
  ['ran out of time', { status: 'timedOut', outcome: 'unknown' }, '✗ orders-preserved timed out  1.5 s'],
  ['left no finding', { status: 'failed' }, '✗ orders-preserved failed  1.5 s'],
  ['was skipped', { status: 'skipped' }, '– orders-preserved skipped  1.5 s'],
])('progress of a check that %s', (_what, end, line) => {
  let shown = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      shown += chunk.toString();
      done();
    },
  });
  const progress = createProgress(createScreen({ out: stream, err: stream, env: {} }));
  const what = { check: 'orders-preserved', title: 'Orders', project: 'data-checks' };
  progress.event({ type: 'end', ...what, status: 'passed', durationMs: 1500, ...end });
  progress.close();
  expect(shown).toContain(line);
});
