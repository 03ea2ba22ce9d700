import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { exposition } from '../../../contract/export/exposition.ts';
import { exportRun } from '../../../export/export-run.ts';
import { createPost } from '../../../host/post.ts';
import { checkRecord, runRecord } from '../../history/run-record.ts';

const lines = (text: string): readonly string[] =>
  text.split('\n').filter((one) => one !== '' && !one.startsWith('#'));

test('the newest run, and each check as it was last seen', () => {
  const hourly = checkRecord({ id: 'hourly', outcome: 'fail', measured: 0.25, unit: 'share', ms: 40 });
  const first = runRecord({ run: 'a', checks: [checkRecord(), hourly], decision: 'NO_GO' });
  const notDue = {
    id: 'hourly',
    title: 'Hourly',
    last: { run: 'a', at: first.endedAt, outcome: 'fail' as const },
    dueAt: '2026-11-30T11:00:00Z',
  };
  const second = runRecord({
    run: 'b',
    startedAt: '2026-11-30T10:05:00Z',
    endedAt: '2026-11-30T10:05:06.500Z',
    checks: [checkRecord({ steps: [{ id: 'pay', outcome: 'pass', ms: 90 }] })],
    notDue: [notDue],
    leftovers: 2,
  });
  const skipped = runRecord({
    run: 'c',
    decision: null,
    checks: [],
    skipped: { kind: 'overlap', reason: 'x' },
  });
  const of = 'target="shop",phase="synthetic",location="default"';
  const text = exposition([first, second, skipped]);
  expect(lines(text)).toEqual(
    expect.arrayContaining([
      `greenlight_run_timestamp_seconds{${of}} 1796033106.5`,
      `greenlight_run_duration_seconds{${of}} 6.5`,
      `greenlight_run_decision{${of},decision="GO"} 1`,
      `greenlight_run_decision{${of},decision="NO_GO"} 0`,
      `greenlight_run_leftovers{${of}} 2`,
      `greenlight_check_outcome{${of},check="checkout-works",severity="blocking",outcome="pass"} 1`,
      `greenlight_check_outcome{${of},check="hourly",severity="blocking",outcome="fail"} 1`,
      `greenlight_check_measured{${of},check="hourly",severity="blocking",unit="share"} 0.25`,
      `greenlight_step_duration_seconds{${of},check="checkout-works",severity="blocking",step="pay"} 0.09`,
    ]),
  );
  // A check that the plan no longer has is gone.
  expect(exposition([first, { ...second, notDue: [] }])).not.toContain('hourly');
  expect(exposition([skipped])).toBe('');
});

test('a step that a check took twice is one series, the last', () => {
  const steps = [90, 40].map((ms) => ({ id: 'pay', outcome: 'pass' as const, ms }));
  const text = exposition([runRecord({ checks: [checkRecord({ steps })] })]);
  expect(lines(text).filter((one) => one.startsWith('greenlight_step_duration_seconds'))).toEqual([
    'greenlight_step_duration_seconds{target="shop",phase="synthetic",location="default",check="checkout-works",severity="blocking",step="pay"} 0.04',
  ]);
});

test('names cannot break out of their labels', () => {
  const odd = runRecord({ target: 'a"b\\c\nd' });
  expect(exposition([odd])).toContain('target="a\\"b\\\\c\\nd"');
});

test('a file that the collector reads whole, one for each place; where it cannot be written, that is said', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'greenlight-export-'));
  try {
    const tools = { folder, env: {}, post: createPost() };
    const to = { to: { textfile: 'text' }, ...tools };
    expect(await exportRun(to, runRecord(), [])).toEqual([]);
    expect(await exportRun(to, runRecord({ location: 'fra' }), [runRecord()])).toEqual([]);
    const files = readdirSync(path.join(folder, 'text'));
    expect([files.length, files.every((name) => name.endsWith('.prom'))]).toEqual([2, true]);
    const texts = files.map((name) => readFileSync(path.join(folder, 'text', name), 'utf8'));
    expect(texts.map((text) => /location="(\w+)"/.exec(text)?.[1]).sort()).toEqual(['default', 'fra']);
    writeFileSync(path.join(folder, 'file'), '');
    const broken = await exportRun({ to: { textfile: 'file' }, ...tools }, runRecord(), []);
    expect(broken.join()).toMatch(/cannot be written \(E[A-Z]+\)/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
