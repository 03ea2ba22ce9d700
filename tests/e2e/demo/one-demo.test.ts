import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../../contract/exit-codes.ts';
import type { BootedDemo } from '../../../demo/boot.ts';
import { bootDemo } from './built-demo.ts';
import { DEMO_FILES, greenlight, inTemporaryDirectory, readVerdict } from './run-greenlight.ts';

let demo: BootedDemo;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'greenlight-breaks-'));
  demo = await bootDemo({ rows: 500, directory: home });
}, 120_000);

afterAll(async () => {
  await demo.close();
  await rm(home, { recursive: true, force: true });
});

function run(output: string, env: NodeJS.ProcessEnv, ...more: string[]): ReturnType<typeof greenlight> {
  const state = path.join(output, 'state');
  return greenlight(['run', ...DEMO_FILES, '--output', output, '--state', state, ...more], {
    ...demo.env,
    ...env,
  });
}

// Whatever breaks on our side, the answer is INCONCLUSIVE and never NO_GO: nobody rolls back for it.

test('a browser that is missing', () =>
  inTemporaryDirectory(async (output) => {
    const end = await run(output, { GREENLIGHT_BROWSER: '/nonexistent/browser' });
    const verdict = await readVerdict(output);
    expect([verdict.decision, end.code], end.stdout + end.stderr).toEqual([
      'INCONCLUSIVE',
      EXIT.INCONCLUSIVE,
    ]);
    expect(verdict.checks.find((check) => check.id === 'customer-can-buy-in-browser')?.state).toBe('unknown');
    expect(verdict.checks.find((check) => check.id === 'visitor-can-register')?.state).toBe('passed');
  }));

test('our own mail sink, killed', () =>
  inTemporaryDirectory(async (output) => {
    const env = { DEMO_MAIL_URL: 'http://127.0.0.1:9' };
    const end = await run(output, env, '--phase', 'synthetic');
    const verdict = await readVerdict(output);
    expect([verdict.decision, end.code], end.stdout + end.stderr).toEqual([
      'INCONCLUSIVE',
      EXIT.INCONCLUSIVE,
    ]);
    expect(verdict.checks.filter((check) => check.state === 'failed')).toEqual([]);
    expect(verdict.checks.find((check) => check.id === 'mailbox-readable')?.state).toBe('unknown');
  }));

// With the browser and load as well it is GO in faults.test.ts.
test('nothing broken: the same set-up is GO', () =>
  inTemporaryDirectory(async (output) => {
    const end = await run(output, {}, '--phase', 'synthetic');
    expect([(await readVerdict(output)).reasons, end.code], end.stdout + end.stderr).toEqual([[], EXIT.GO]);
  }));

test('another release than the wanted one: NO_GO, before anything is created or loaded', () =>
  inTemporaryDirectory(async (output) => {
    const end = await run(output, {}, '--release', '1999.1.0');
    const verdict = await readVerdict(output);
    expect([verdict.decision, end.code], end.stdout + end.stderr).toEqual(['NO_GO', EXIT.NO_GO]);
    expect(verdict.reason).toContain('1999.1.0');
    const later = verdict.checks.filter((check) => check.project !== 'readiness');
    expect(new Set(later.map((check) => check.state))).toEqual(new Set(['not-run']));
  }));
